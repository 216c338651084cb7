namespace TermChat.Sessions;

/// <summary>What goes to a peer.</summary>
/// <param name="Session">The session it belongs to; for the first message of a handshake, the one that will be if the peer answers.</param>
/// <param name="Bytes">For a transport. Nobody but the peer can read them.</param>
/// <param name="StandsAlone">The peer can read it with nothing but its key, even if it has lost every session.</param>
internal readonly record struct SealedPacket(SessionId Session, ReadOnlyMemory<byte> Bytes, bool StandsAlone = false)
{
    public override string ToString() => $"{Bytes.Length} sealed bytes, {Session}";
}
