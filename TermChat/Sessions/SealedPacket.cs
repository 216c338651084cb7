namespace TermChat.Sessions;

/// <summary>What goes to a peer.</summary>
/// <param name="Session">What the packet names, and <see cref="OpenedPacket.Session"/> at the peer: its handshake or its session.</param>
/// <param name="Bytes">For a transport. Nobody but the peer can read them.</param>
internal readonly record struct SealedPacket(SessionId Session, ReadOnlyMemory<byte> Bytes)
{
    public override string ToString() => $"{Bytes.Length} sealed bytes, {Session}";
}
