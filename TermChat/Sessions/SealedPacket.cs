namespace TermChat.Sessions;

/// <summary>What goes to a peer.</summary>
/// <param name="Session">What the packet names, and <see cref="OpenedPacket.Session"/> at the peer: its handshake or its session.</param>
/// <param name="Bytes">For a transport. Nobody but the peer can read them.</param>
/// <param name="StandsAlone">The peer can read it with nothing but its key, even if it has lost every session.</param>
internal readonly record struct SealedPacket(SessionId Session, ReadOnlyMemory<byte> Bytes, bool StandsAlone = false)
{
    public override string ToString() => $"{Bytes.Length} sealed bytes, {Session}";
}
