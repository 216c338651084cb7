using Relay.Contracts;

namespace TermChat.Conversations.Storage;

// Names the person gave to peers.
internal sealed partial class ChatStore
{
    public IReadOnlyList<Contact> Contacts() => database.Query(
        "SELECT name, peer FROM contact ORDER BY name", row => new Contact(row.GetString(0), PeerId.Parse(row.GetString(1))));

    public void Name(PeerId peer, string name)
    {
        if (!peer.IsKey)
            throw new ArgumentException("Only a peer with a key can be a contact: anybody could claim a plain name.", nameof(peer));
        if (!PeerId.TryParse(name.ToLowerInvariant(), out var asName) || asName.IsKey)
        {
            throw new ArgumentException(
                $"'{ChatText.Printable(name)}' can't be a contact's name. A name has 1 to {PeerId.MaxNameLength} letters, digits and '.', '_', '-', " +
                $"starts with a letter or digit, and not with '{PeerId.KeyPrefix}'.", nameof(name));
        }

        database.Write(() =>
        {
            if (Find(name) is { } holder && holder != peer)
                throw new ArgumentException($"'{name}' is another contact's name already. Choose another, or rename that one first.", nameof(name));

            database.Execute("DELETE FROM contact WHERE peer = $peer", ("$peer", peer.Value));
            database.Execute("INSERT INTO contact (name, peer) VALUES ($name, $peer)", ("$name", name), ("$peer", peer.Value));
        });
    }

    public bool Forget(string name) => database.Execute("DELETE FROM contact WHERE name = $name", ("$name", name)) > 0;

    public PeerId? Find(string nameOrPeerId)
    {
        var text = nameOrPeerId.Trim();
        if (PeerId.TryParse(text, out var peer) && peer.IsKey)
            return peer;

        return database.Query("SELECT peer FROM contact WHERE name = $name", row => (PeerId?)PeerId.Parse(row.GetString(0)), ("$name", text)).FirstOrDefault();
    }
}
