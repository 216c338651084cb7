using System.Buffers.Binary;
using TermChat.Sessions.Noise;

namespace TermChat.Sessions;

/// <summary>Two keys two peers agreed on, one for each direction, and what was sent and received with them. Not thread-safe.</summary>
internal sealed class Session : IDisposable
{
    // A renewal that got no answer is tried again after this part of the limit, so that a lost one costs little.
    private const int Retries = 16;

    private readonly CipherState _sending;
    private readonly CipherState _receiving;
    private readonly ReplayWindow _received = new();
    private readonly SessionOptions _options;
    private readonly TimeProvider _time;
    private readonly long _establishedAt;
    private ulong _sealed;
    private ulong _renewAtCount;
    private TimeSpan _renewAtAge;

    /// <param name="handshake">A finished one, which stays the caller's.</param>
    public Session(SessionId handshakeId, HandshakeState handshake, SessionOptions options, TimeProvider time)
    {
        HandshakeId = handshakeId;
        Id = SessionId.Of(handshake.HandshakeHash.Span);
        (_sending, _receiving) = handshake.Split();
        _options = options;
        _time = time;
        _establishedAt = time.GetTimestamp();
        _renewAtCount = (ulong)options.RekeyAfterMessages;
        _renewAtAge = options.RekeyAfter;
    }

    /// <summary>The name of the handshake this comes from. If that was answered twice, there are two sessions of it, and each side may have another.</summary>
    public SessionId HandshakeId { get; }

    public SessionId Id { get; }

    /// <summary>Whether it should be renewed by the next message, though it can still be used.</summary>
    public bool IsRenewalDue => _sealed >= _renewAtCount || Age >= _renewAtAge;

    /// <summary>Whether its keys were used for so much or so long that nothing more is sealed with them.</summary>
    public bool IsWornOut => _sealed >= 2 * (ulong)_options.RekeyAfterMessages || Age >= 2 * _options.RekeyAfter;

    private TimeSpan Age => _time.GetElapsedTime(_establishedAt);

    /// <summary>A renewal is on its way: until it is answered, others go on in this session for a while.</summary>
    public void RenewalSent()
    {
        _renewAtCount = _sealed + (ulong)Math.Max(1, _options.RekeyAfterMessages / Retries);
        _renewAtAge = Age + (_options.RekeyAfter / Retries);
    }

    public byte[] Seal(ReadOnlySpan<byte> plaintext)
    {
        var packet = Packet.Create(PacketType.Data, Id, Packet.DataOverhead + plaintext.Length);
        var header = packet.AsSpan(0, Packet.DataHeaderLength);
        BinaryPrimitives.WriteUInt64BigEndian(header[Packet.HeaderLength..], _sealed);
        _sending.Encrypt(_sealed++, header, plaintext, packet.AsSpan(Packet.DataHeaderLength));
        return packet;
    }

    /// <param name="packet">A Data of this session that is long enough.</param>
    public OpenedPacket Open(ReadOnlySpan<byte> packet)
    {
        var header = packet[..Packet.DataHeaderLength];
        var counter = BinaryPrimitives.ReadUInt64BigEndian(header[Packet.HeaderLength..]);
        if (!_received.IsNew(counter))
            return new OpenedPacket(OpenOutcome.Replayed, Id, default, IsEarly: false);

        var plaintext = new byte[packet.Length - Packet.DataOverhead];
        if (!_receiving.TryDecrypt(counter, header, packet[Packet.DataHeaderLength..], plaintext))
            return new OpenedPacket(OpenOutcome.NotAuthentic, Id, default, IsEarly: false);

        _received.Add(counter);
        return new OpenedPacket(OpenOutcome.Opened, Id, plaintext, IsEarly: false);
    }

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }
}
