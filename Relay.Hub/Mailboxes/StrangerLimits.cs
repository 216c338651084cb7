namespace Relay.Hub.Mailboxes;

/// <summary>What is kept for PeerIds that never registered: nobody may ever come for it. Bookkeeping included.</summary>
/// <param name="MailboxBytes">In one such mailbox.</param>
/// <param name="BytesPerSender">In all of them together, of one sender.</param>
internal readonly record struct StrangerLimits(long MailboxBytes, long BytesPerSender);
