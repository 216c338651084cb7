using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>Which limit a message was lost to. Clients are told less: <see cref="DropReason"/>.</summary>
internal enum LossCause
{
    /// <summary>Its mailbox had as many messages as it may.</summary>
    MailboxFull,

    /// <summary>Its mailbox, of somebody who was never here, had as many bytes as such a one may.</summary>
    StrangerMailboxFull,

    /// <summary>All mailboxes together had as many bytes as they may.</summary>
    MailboxesFull,

    /// <summary>Its recipient did not come in time.</summary>
    Expired,

    /// <summary>No limit: its recipient had what was sent after it already.</summary>
    Late,
}
