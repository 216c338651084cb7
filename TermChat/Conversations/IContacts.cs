using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>The names a person has given to peers. Needs no network.</summary>
internal interface IContacts
{
    /// <summary>All of them, by name.</summary>
    IReadOnlyList<Contact> Contacts();

    /// <summary>Gives a peer a name, or another name than it had.</summary>
    /// <exception cref="ArgumentException">The name is none (see <see cref="Contact"/>), or another peer's, or the peer's PeerId is no key; the message says which.</exception>
    void Name(PeerId peer, string name);

    /// <summary>Forgets a name. The conversation stays, under the PeerId.</summary>
    /// <returns>False when there is no such name.</returns>
    bool Forget(string name);

    /// <summary>The peer a person means by a contact's name or a PeerId; null when it is neither.</summary>
    PeerId? Find(string nameOrPeerId);
}
