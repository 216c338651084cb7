using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.Protocol;

namespace Relay.Hub.Sessions;

internal enum EndingKind
{
    Disconnected,
    FrameTooLarge,
    Silent,
    Refused,
    Replaced,
    Draining,
}

/// <summary>Why a connection ends, and so the last thing its client is told.</summary>
/// <param name="Error">What the client is told, if it is an error.</param>
/// <param name="Reason">For the log, where a limit or the operator ended it. Names no peer.</param>
internal sealed record Ending(EndingKind Kind, RelayError? Error = null, string? Reason = null)
{
    /// <summary>The connection broke, or the client left.</summary>
    public static Ending Disconnected { get; } = new(EndingKind.Disconnected);

    /// <summary>Another connection registered the PeerId.</summary>
    public static Ending Replaced { get; } = new(EndingKind.Replaced);

    /// <summary>The relay shuts down.</summary>
    public static Ending Draining { get; } = new(EndingKind.Draining);

    /// <summary>One word for it: of an error its code.</summary>
    public string Name => Error is { Code: var code } ? ((ErrorCode)code).ToString() : Kind.ToString();

    /// <summary>Whether there is no connection any more on which to say so.</summary>
    public bool IsOver => Kind is EndingKind.Disconnected or EndingKind.FrameTooLarge or EndingKind.Silent;

    public static Ending Refused(Refusal refusal) => new(EndingKind.Refused, refusal.ToError(), refusal.Reason);

    public static Ending NotRegistered(RelayOptions options) => Refused(new Refusal(ErrorCode.RegistrationTimeout, LimitWords.NotRegistered(options)));

    public static Ending FrameTooLarge(RelayOptions options) => new(EndingKind.FrameTooLarge, Reason: LimitWords.FrameTooLarge(options));

    public static Ending Silent(RelayOptions options) => new(EndingKind.Silent, Reason: LimitWords.Silent(options));

    /// <summary>The client of a long polling connection no longer comes for what is there.</summary>
    public static Ending NotPolling(TimeSpan patience) => new(EndingKind.Silent, Reason: LimitWords.NotPolling(patience));

    /// <summary>The client does not read what it was sent.</summary>
    public static Ending Unread(TimeSpan after) => Unread(LimitWords.Unread(after));

    /// <summary>More answers wait than are kept for one client.</summary>
    public static Ending TooManyUnread(RelayOptions options) => Unread(LimitWords.TooManyUnread(options));

    /// <param name="failure">With what SignalR ended the connection.</param>
    /// <param name="polling">Its client, if it polls.</param>
    public static Ending By(Exception? failure, PollingClient? polling, RelayOptions options) => failure switch
    {
        null => polling?.Lateness() ?? Disconnected,
        FrameTooLargeException => FrameTooLarge(options),

        // Which is what SignalR makes of a client's silence, and of nothing else.
        OperationCanceledException => Silent(options),
        _ => Disconnected,
    };

    private static Ending Unread(string reason) => Refused(new Refusal(ErrorCode.TooManyUnreadAnswers, reason));
}
