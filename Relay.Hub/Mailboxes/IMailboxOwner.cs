using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>Whose mailbox it is, as whoever needs room sees it.</summary>
internal interface IMailboxOwner
{
    /// <summary>Evicts the oldest messages of a sender, as long as the owner is away. Takes the owner's lock: never under another's.</summary>
    /// <param name="bytes">How much to free, if there is as much.</param>
    /// <returns>How much became free; 0 if the owner has come meanwhile, or has the messages.</returns>
    long Evict(PeerId sender, long bytes);
}
