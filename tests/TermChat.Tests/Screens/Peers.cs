using Relay.Contracts;

namespace TermChat.Tests.Screens;

/// <summary>Peers that are the same in every run, so that screens with their PeerIds can be approved.</summary>
internal static class Peers
{
    public static PeerId Me { get; } = Numbered(1);

    public static PeerId Bob { get; } = Numbered(2);

    public static PeerId Carol { get; } = Numbered(3);

    public static PeerId Stranger { get; } = Numbered(4);

    public static PeerId Numbered(byte number)
    {
        var key = new byte[PeerKey.Length];
        Array.Fill(key, (byte)(number * 37));
        key[31] &= 0x7f;
        return PeerId.TryFromPublicKey(key, out var peer) ? peer : throw new InvalidOperationException("This is no key.");
    }
}
