using Relay.Hub.Sessions;

namespace Relay.Hub.Observability;

/// <summary>How the relay is doing, for pages and programs of whoever runs it. A singleton among the services. Knows no PeerId.</summary>
public sealed class RelayStatus
{
    private readonly RelayMetrics _metrics;
    private readonly SessionRegistry _sessions;

    internal RelayStatus(RelayMetrics metrics, SessionRegistry sessions) => (_metrics, _sessions) = (metrics, sessions);

    /// <summary>The figures of this moment. Cheap; any thread. They are read one after the other, so a sum of them can be off by what happens meanwhile.</summary>
    public RelaySnapshot Read()
    {
        var directory = _sessions.Directory;
        return new RelaySnapshot
        {
            IsDraining = _sessions.IsDraining,
            Connections = _sessions.OpenConnections,
            Peers = _sessions.ConnectedPeers,
            MaxPeers = directory.Options.MaxPeers,
            Mailboxes = directory.Count,
            MailboxMessages = _metrics.MailboxMessages,
            MailboxBytes = directory.Budget.Used,
            MaxMailboxBytes = directory.Options.MailboxesBytes,
            Accepted = _metrics.AcceptedMessages,
            AcceptedBytes = _metrics.AcceptedBytes,
            Delivered = _metrics.DeliveredMessages,
            Redelivered = _metrics.RedeliveredMessages,
            Acknowledged = _metrics.AcknowledgedMessages,
            Evicted = _metrics.EvictedMessages,
            Expired = _metrics.ExpiredMessages,
            Late = _metrics.LateMessages,
            Refused = _metrics.AllRefusals,
            CreditStalls = _metrics.CreditStalls,
            Registrations = _metrics.Registrations,
            Takeovers = _metrics.Takeovers,
        };
    }
}
