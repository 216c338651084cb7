using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Observability;

namespace Relay.Hub;

/// <summary>What the relay logs. A PeerId prints as a tag that means nothing outside this run; payloads are never passed.</summary>
internal static partial class RelayLog
{
    /// <summary>For whatever remembers only so many: to be called when it forgets one too early.</summary>
    public static Action WhenMemoryIsLimited(this ILogger logger, TimeProvider time, string limit)
    {
        var tally = new Tally(time);
        return () =>
        {
            if (tally.Count(limit) is > 0 and var count)
                logger.MemoryLimited(count, limit);
        };
    }

    // 1000-1099 belong to sessions. Ids are never used again; a retired one stays here as a comment.

    [LoggerMessage(1000, LogLevel.Information, "{Peer} registered")]
    public static partial void Registered(this ILogger logger, PeerId peer);

    [LoggerMessage(1001, LogLevel.Information, "{Peer} left")]
    public static partial void Left(this ILogger logger, PeerId peer);

    [LoggerMessage(1002, LogLevel.Information, "{Peer} registered again: its earlier connection is closed")]
    public static partial void Replaced(this ILogger logger, PeerId peer);

    // 1003 was one line for each refused registration; they are among 1013 now.

    [LoggerMessage(1004, LogLevel.Error, "The pump of connection {ConnectionId} failed; the connection is closed")]
    public static partial void PumpFailed(this ILogger logger, Exception failure, string connectionId);

    [LoggerMessage(1005, LogLevel.Information, "Shutting down: sending {Connections} connections away")]
    public static partial void Draining(this ILogger logger, int connections);

    [LoggerMessage(1006, LogLevel.Information, "Proofs did not hold because of their {Flaw}: {Count}, counted since the last such line and logged at most once a minute")]
    public static partial void ProofsRefused(this ILogger logger, ProofFlaw flaw, int count);

    [LoggerMessage(1007, LogLevel.Information, "Connections refused before they were made: {Count} ({Code}), counted since the last such line and logged at most once a minute. Of the last: {Reason}")]
    public static partial void ConnectionsRefused(this ILogger logger, ErrorCode code, int count, string reason);

    [LoggerMessage(1008, LogLevel.Information, "{Peer} is disconnected ({Code}): {Reason}")]
    public static partial void SentAway(this ILogger logger, PeerId peer, string code, string reason);

    [LoggerMessage(1009, LogLevel.Information, "The configuration has changed and is in use: origins, named peers, lists of who may come")]
    public static partial void ConfigurationRead(this ILogger logger);

    [LoggerMessage(1010, LogLevel.Error, "The configuration has changed and is not valid; what was in use before stays in use: {Fault}")]
    public static partial void ConfigurationNotUsed(this ILogger logger, string fault);

    [LoggerMessage(1011, LogLevel.Information, "Relay:AccessFile has changed and is in use: it bans {Peers} PeerIds and {Addresses} ranges of addresses, and allows {Allowed} PeerIds")]
    public static partial void AccessFileRead(this ILogger logger, int peers, int addresses, int allowed);

    [LoggerMessage(1012, LogLevel.Error, "Relay:AccessFile cannot be used; the lists stay as they were: {Fault}")]
    public static partial void AccessFileNotUsed(this ILogger logger, string fault);

    [LoggerMessage(1013, LogLevel.Information, "Connections ended before they had registered: {Count} ({Code}), counted since the last such line and logged at most once a minute. Of the last: {Reason}")]
    public static partial void StrangersSentAway(this ILogger logger, string code, int count, string reason);

    [LoggerMessage(1014, LogLevel.Error, "Seeing to the timeouts of connection {ConnectionId} failed; the connection is closed")]
    public static partial void BeatFailed(this ILogger logger, Exception failure, string connectionId);

    [LoggerMessage(1015, LogLevel.Error, "Looking at a registration failed, in a policy of the application perhaps; the connection is closed")]
    public static partial void RegistrationFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1016, LogLevel.Information, "Calls and messages refused: {Count} ({Code}), counted since the last such line and logged at most once a minute. The last was of {Client}: {Reason}")]
    public static partial void CallsRefused(this ILogger logger, ErrorCode code, int count, string client, string reason);

    [LoggerMessage(1017, LogLevel.Warning, "{Count} connections were not done in time when the relay stopped. {Limit}")]
    public static partial void DrainTimedOut(this ILogger logger, int count, string limit);

    [LoggerMessage(1018, LogLevel.Information, "A limit of what is remembered of clients is reached: {Count}, counted since the last such line and logged at most once a minute. {Limit}")]
    private static partial void MemoryLimited(this ILogger logger, int count, string limit);

    [LoggerMessage(1020, LogLevel.Warning,
        "The list of who alone may come (Relay:AllowedPeers, Relay:AccessFile) had {Count} PeerIds and is empty now: everybody is let in who is not banned. If that is not meant, put them back; " +
        "docs/operating.md describes these lists")]
    public static partial void EverybodyAllowed(this ILogger logger, int count);

    // 2000-2099 belong to mailboxes.

    [LoggerMessage(2000, LogLevel.Warning,
        "The mailbox of {Recipient} begins to lose messages ({Reason}); their senders are told. {Limit}")]
    public static partial void Losing(this ILogger logger, PeerId recipient, DropReason reason, string limit);

    [LoggerMessage(2001, LogLevel.Error, "Letting old messages expire failed; trying again at the next turn")]
    public static partial void SweepFailed(this ILogger logger, Exception failure);

    [LoggerMessage(2002, LogLevel.Warning,
        "All mailboxes together hold as much as they may, {Bytes} bytes (Relay:MailboxesBytes): what waits for peers that are away is evicted, of whoever has the most, and " +
        "where nothing does, new messages are refused; logged at most once a minute. docs/troubles/mailboxes-full.md says more")]
    public static partial void Full(this ILogger logger, long bytes);

    [LoggerMessage(2003, LogLevel.Information, "A limit of mailboxes is reached: {Count}, counted since the last such line and logged at most once a minute. {Limit}")]
    public static partial void MailboxLimited(this ILogger logger, int count, string limit);
}
