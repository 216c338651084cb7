using Relay.Hub.Admission;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>What the relay says of a limit that ends a connection, to the client and in its log: what happened, the setting and its value, what to do.</summary>
internal static class LimitWords
{
    public static string FrameTooLarge(RelayOptions options) =>
        $"A frame is larger than {options.MaxFrameBytes} bytes, four times the larger of {options.MaxPayloadBytes} (Relay:MaxPayloadBytes) " +
        $"and {RelayOptions.MaxBatchBytes}. Keep to the limits that Registered tells. {Refusal.Documented}";

    public static string Silent(RelayOptions options) =>
        $"Nothing has come from the client for {options.ClientTimeout} (Relay:ClientTimeout). Send SignalR's pings more often. {Refusal.Documented}";

    public static string NotRegistered(RelayOptions options) =>
        $"The connection did not register within {options.RegistrationTimeout} (Relay:RegistrationTimeout). " +
        $"Call Register as the first thing after connecting. {Refusal.Documented}";

    public static string TooManyUnread(int answers) =>
        $"More than {answers} answers wait for this client to read them (the larger of {Outbox.LeastCapacity} and Relay:SendWindowMessages). " +
        $"Read them, and send less at once. {Refusal.Documented}";

    public static string NotPolling(TimeSpan patience) =>
        $"The client has not polled for {patience}, which is the longest SignalR waits, and no setting. docs/operating.md says more.";

    public static string Unread(TimeSpan after) =>
        $"The client has not read what it was sent for {after}, which is the longest the relay waits, and no setting. docs/operating.md says more.";

    /// <summary>Of a connection of which SignalR says only that there was an error.</summary>
    public static string SilentOrUnreadable(RelayOptions options) =>
        $"What came last was no whole SignalR message, or nothing came from the client for {options.ClientTimeout} (Relay:ClientTimeout). {Refusal.Documented}";
}
