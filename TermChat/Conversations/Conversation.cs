using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>One line of the list of conversations.</summary>
/// <param name="Peer">The other side.</param>
/// <param name="Name">The contact's name; null for a peer without one.</param>
/// <param name="Unread">Lines that came in since the person last looked.</param>
/// <param name="Last">The latest line; null when nothing was written yet.</param>
internal sealed record Conversation(PeerId Peer, string? Name, int Unread, ChatLine? Last);

/// <summary>A peer with a name of the person's own.</summary>
/// <param name="Name">1 to 32 letters, digits and <c>. _ -</c>, starting with a letter or digit and not with <c>tc1</c>; unique without regard to case.</param>
/// <param name="Peer">A key.</param>
internal sealed record Contact(string Name, PeerId Peer);
