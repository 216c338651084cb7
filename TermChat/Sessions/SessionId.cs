using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TermChat.Sessions;

/// <summary>What a packet names: a handshake, or the session that came of it. Never 0, which is none. No secret.</summary>
/// <remarks>
/// A handshake's is random, chosen by whoever began it. A session's comes from all that was said in the handshake: a peer that has forgotten
/// everything can answer the same Initiation again, and what it then sends must not look like a message of the first answer's session.
/// </remarks>
internal readonly record struct SessionId(ulong Value)
{
    /// <summary>For a new handshake.</summary>
    public static SessionId Random()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return Of(bytes);
    }

    /// <summary>For the session of a finished handshake.</summary>
    public static SessionId Of(ReadOnlySpan<byte> handshakeHash) => new(Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(handshakeHash)));

    public override string ToString() => Value == 0 ? "no session" : $"session {Value:x16}";
}
