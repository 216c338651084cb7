using Relay.Contracts;

namespace TermChat.Screens;

/// <summary>How a peer is called on the screen.</summary>
internal static class PeerLabel
{
    /// <summary>The contact's name, or else enough of the PeerId to tell it from others.</summary>
    public static string Of(PeerId peer, string? name, Marks marks) => name ?? Short(peer, marks);

    /// <summary>Both ends of a key, because people compare these; a PeerId that is a name as it is.</summary>
    public static string Short(PeerId peer, Marks marks) => peer.IsKey
        ? peer.Value[..8] + marks.Ellipsis + peer.Value[^4..]
        : peer.Value;
}
