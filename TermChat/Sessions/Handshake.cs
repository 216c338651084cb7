using System.Buffers.Binary;
using Relay.Contracts;
using TermChat.Sessions.Noise;

namespace TermChat.Sessions;

/// <summary>A handshake between its two messages: one's own that waits for the answer, or a peer's that waits to be answered.</summary>
/// <param name="created">By the initiator's clock, in milliseconds since 1970. Each is higher than the one before.</param>
internal sealed class Handshake(SessionId id, long created, HandshakeState state) : IDisposable
{
    public SessionId Id => id;

    public long Created => created;

    /// <summary>Writes an Initiation with text in it.</summary>
    /// <returns>Null when the peer's key is a weak one.</returns>
    public static (Handshake Handshake, byte[] Packet)? TryInitiate(
        PeerKey self, ReadOnlySpan<byte> peerKey, SessionId id, long created, ReadOnlySpan<byte> plaintext)
    {
        var state = HandshakeState.Initiator(self, peerKey, Packet.Prologue(id));
        var packet = Packet.Create(PacketType.Initiation, id, Packet.InitiationOverhead + plaintext.Length);
        var payload = new byte[Packet.CreatedLength + plaintext.Length];
        BinaryPrimitives.WriteInt64BigEndian(payload, created);
        plaintext.CopyTo(payload.AsSpan(Packet.CreatedLength));
        if (state.TryWriteMessage(payload, packet.AsSpan(Packet.HeaderLength)))
            return (new Handshake(id, created, state), packet);

        state.Dispose();
        return null;
    }

    /// <summary>Reads an Initiation.</summary>
    /// <param name="packet">Of which the header was read already.</param>
    /// <returns>Null when it is not authentic.</returns>
    public static (Handshake Handshake, ReadOnlyMemory<byte> Plaintext)? TryReceive(PeerKey self, SessionId id, ReadOnlySpan<byte> packet)
    {
        var state = HandshakeState.Responder(self, Packet.Prologue(id));
        var payload = new byte[packet.Length - Packet.InitiationOverhead + Packet.CreatedLength];
        if (state.TryReadMessage(packet[Packet.HeaderLength..], payload))
            return (new Handshake(id, BinaryPrimitives.ReadInt64BigEndian(payload), state), payload.AsMemory(Packet.CreatedLength));

        state.Dispose();
        return null;
    }

    /// <summary>Whether the peer's Initiation was made with this key.</summary>
    public bool IsFrom(ReadOnlySpan<byte> peerKey) => state.RemoteStatic.SequenceEqual(peerKey);

    /// <summary>Writes the Response to a peer's Initiation.</summary>
    public byte[] Answer(ReadOnlySpan<byte> plaintext)
    {
        var packet = Packet.Create(PacketType.Response, id, Packet.ResponseOverhead + plaintext.Length);
        return state.TryWriteMessage(plaintext, packet.AsSpan(Packet.HeaderLength))
            ? packet
            : throw new InvalidOperationException("A key that was good enough to read with is too weak to answer.");
    }

    /// <summary>Reads the Response to one's own Initiation; false when it is not authentic, and the right one can still come.</summary>
    public bool TryFinish(ReadOnlySpan<byte> packet, out byte[] plaintext)
    {
        plaintext = new byte[packet.Length - Packet.ResponseOverhead];
        return state.TryReadMessage(packet[Packet.HeaderLength..], plaintext);
    }

    /// <summary>The session of the finished handshake.</summary>
    public Session ToSession(SessionOptions options, TimeProvider time) => new(id, state, options, time);

    public void Dispose() => state.Dispose();
}
