namespace Relay.Hub.Observability;

/// <summary>Figures of one moment. Those from <see cref="Accepted"/> on count from the start of the process and only grow.</summary>
public sealed record RelaySnapshot
{
    /// <summary>Whether the relay is shutting down and sends its clients away.</summary>
    public bool IsDraining { get; init; }

    /// <summary>Open connections, those that have not registered among them.</summary>
    public int Connections { get; init; }

    /// <summary>Peers that are connected.</summary>
    public int Peers { get; init; }

    /// <summary><see cref="RelayOptions.MaxPeers"/>.</summary>
    public int MaxPeers { get; init; }

    /// <summary>Peers that are connected or have something waiting.</summary>
    public int Mailboxes { get; init; }

    /// <summary>Messages in all mailboxes, the ones under way to a connected recipient among them.</summary>
    public long MailboxMessages { get; init; }

    /// <summary>Bytes in all mailboxes, the relay's bookkeeping included.</summary>
    public long MailboxBytes { get; init; }

    /// <summary><see cref="RelayOptions.MailboxesBytes"/>.</summary>
    public long MaxMailboxBytes { get; init; }

    /// <summary>Messages taken into a mailbox.</summary>
    public long Accepted { get; init; }

    /// <summary>Their payloads' bytes.</summary>
    public long AcceptedBytes { get; init; }

    /// <summary>Messages sent to their recipients, repeats included.</summary>
    public long Delivered { get; init; }

    /// <summary>Those of <see cref="Delivered"/> that an earlier connection was given already.</summary>
    public long Redelivered { get; init; }

    /// <summary>Messages whose recipient has them.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Messages lost because a mailbox was full.</summary>
    public long Evicted { get; init; }

    /// <summary>Messages lost because nobody came for them in time.</summary>
    public long Expired { get; init; }

    /// <summary>Messages lost because they were sent again, and came to their recipient behind what was sent after them.</summary>
    public long Late { get; init; }

    /// <summary>Errors sent to clients.</summary>
    public long Refused { get; init; }

    /// <summary>Times a delivery had to wait because its recipient acknowledged too little.</summary>
    public long CreditStalls { get; init; }

    /// <summary>Registrations that succeeded.</summary>
    public long Registrations { get; init; }

    /// <summary>Registrations that replaced an earlier connection of the same peer.</summary>
    public long Takeovers { get; init; }
}
