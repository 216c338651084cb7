namespace TermChat.Sessions;

/// <summary>What came from a peer.</summary>
/// <param name="Session">What the packet names; of a packet that was not opened, anybody may have written it.</param>
/// <param name="Plaintext">Empty unless it was opened. May be empty then too.</param>
/// <param name="IsEarly">It came in the first message of a handshake: a relay can repeat it, and it lacks forward secrecy.</param>
internal readonly record struct OpenedPacket(OpenOutcome Outcome, SessionId Session, ReadOnlyMemory<byte> Plaintext, bool IsEarly)
{
    public override string ToString() => $"{Outcome}, {Plaintext.Length} bytes, {Session}{(IsEarly ? ", early" : "")}";
}
