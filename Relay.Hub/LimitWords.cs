using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Mailboxes;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>What the relay says of a limit that ends a connection, loses messages or forgets something, to the client and in its log: what happened, the setting and its value, what to do.</summary>
internal static class LimitWords
{
    /// <summary>Ends what has no setting: <see cref="Refusal.Documented"/> would name one.</summary>
    private const string Elsewhere = "docs/operating.md says more.";

    public static string PeerIds { get; } =
        $"One is a key in text, or a plain name of 1 to {PeerId.MaxNameLength} characters from a-z, 0-9, '.', '_' and '-'. docs/protocol.md describes both.";

    public static string FrameTooLarge(RelayOptions options) =>
        $"A frame is larger than {options.MaxFrameBytes} bytes, four times the larger of {options.MaxPayloadBytes} (Relay:MaxPayloadBytes) " +
        $"and {RelayOptions.MaxBatchBytes}. Keep to the limits that Registered tells. {Refusal.Documented}";

    public static string Silent(RelayOptions options) =>
        $"Nothing has come from the client for {options.ClientTimeout} (Relay:ClientTimeout). Send SignalR's pings more often. {Refusal.Documented}";

    public static string NotRegistered(RelayOptions options) =>
        $"The connection did not register within {options.RegistrationTimeout} (Relay:RegistrationTimeout). " +
        $"Call Register as the first thing after connecting. {Refusal.Documented}";

    public static string TooManyUnread(RelayOptions options) =>
        $"More than {Outbox.CapacityFor(options.SendWindowMessages)} answers wait for this client to read them (the larger of {Outbox.LeastCapacity} and {options.SendWindowMessages}, Relay:SendWindowMessages). " +
        $"Read them, and send less at once. {Refusal.Documented}";

    public static string NotPolling(TimeSpan patience) =>
        $"The client has not polled for {patience}, which is the longest SignalR waits, and no setting. {Elsewhere}";

    public static string Unread(TimeSpan after) =>
        $"The client has not read what it was sent for {after}, which is the longest the relay waits, and no setting. {Elsewhere}";

    /// <summary>Of a connection of which SignalR says only that there was an error.</summary>
    public static string SilentOrUnreadable(RelayOptions options) =>
        $"What came last was no whole SignalR message, or nothing came from the client for {options.ClientTimeout} (Relay:ClientTimeout). {Refusal.Documented}";

    public static string Losing(LossCause cause, RelayOptions options)
    {
        var limit = cause switch
        {
            LossCause.MailboxFull => $"A mailbox keeps {options.MailboxMessages} messages (Relay:MailboxMessages).",
            LossCause.StrangerMailboxFull => $"A mailbox of somebody who has never been here keeps {options.StrangerMailboxBytes} bytes (Relay:StrangerMailboxBytes).",
            LossCause.MailboxesFull => $"All mailboxes together hold as much as they may: {options.MailboxesBytes} bytes (Relay:MailboxesBytes).",
            _ => $"Messages wait {options.MailboxTimeToLive} for somebody who is away (Relay:MailboxTimeToLive).",
        };
        return $"{limit} docs/troubles/losing-messages.md says more.";
    }

    public static string NotToldInTime(RelayOptions options) =>
        $"Somebody was not told of lost messages within {options.ReportTimeToLive} (Relay:ReportTimeToLive), or has not acknowledged it, and will not be told any more. {Refusal.Documented}";

    public static string TooManyAbsentees(RelayOptions options) =>
        $"More than {PeerDirectory.MaxAbsentees(options)} peers are away and only to be told of lost messages (an eighth of Relay:MailboxesBytes, " +
        $"{options.MailboxesBytes} bytes, in kilobytes): the oldest will not be told. {Refusal.Documented}";

    public static string TooManyLostIds(RelayOptions options) =>
        $"The ids of lost messages take as much as they may, {PeerDirectory.MaxReportedBytes(options)} bytes (a quarter of Relay:MailboxesBytes): " +
        $"who has lost the most is told how many, and not which. {Refusal.Documented}";

    public static string TooManyLostIdsOfOne { get; } =
        $"Somebody has lost more than {DropReports.MaxIds} messages and was not told, or does not acknowledge it: of those above it is told how many, and not which. " +
        $"That is no setting. {Elsewhere}";

    public static string TooManyKnown(int generation, RelayOptions options) =>
        $"Since the last {generation} PeerIds have registered, those before them count as never having been here (Relay:StrangerMailboxBytes, {options.StrangerMailboxBytes} bytes, " +
        $"and Relay:StrangerBytesPerSender, {options.StrangerBytesPerSender}). How many are remembered is no setting. {Elsewhere}";

    public static string TooManyAddresses(int remembered, RelayOptions options) =>
        $"More than {remembered} network addresses connected within a minute, and no more are remembered: those unused longest have all their connections a minute again, " +
        $"{options.ConnectionsPerAddressPerMinute} (Relay:ConnectionsPerAddressPerMinute). How many are remembered is no setting. {Elsewhere}";

    public static string TooManyRegistering(int remembered, RelayOptions options) =>
        $"More than {remembered} PeerIds registered within a minute, and no more are remembered: those unused longest have all their registrations a minute again, " +
        $"{options.RegistrationsPerPeerPerMinute} (Relay:RegistrationsPerPeerPerMinute). How many are remembered is no setting. {Elsewhere}";

    public static string NotSettled(RelayOptions options) =>
        $"They have not acknowledged all that is there for them; it is lost with the process, unless its senders send it again. The relay waits for half of {options.DrainTimeout} " +
        $"(Relay:DrainTimeout), and no longer than a twentieth of it without an acknowledgement. {Refusal.Documented}";

    public static string NotGone(RelayOptions options) =>
        $"They may not know that the relay stops, or have not gone, after {options.DrainTimeout} (Relay:DrainTimeout). {Refusal.Documented}";
}
