using System.Buffers.Binary;
using TermChat.Sessions.Noise;

namespace TermChat.Sessions;

/// <summary>The bytes of packets: a type, a session id, and the rest after the type. Numbers are big-endian.</summary>
internal static class Packet
{
    /// <summary>No packet is longer, because no message of Noise may be.</summary>
    public const int MaxLength = 65_535;

    public const int HeaderLength = 1 + sizeof(ulong);

    /// <summary>What precedes the ciphertext of a <see cref="PacketType.Data"/>.</summary>
    public const int DataHeaderLength = HeaderLength + sizeof(ulong);

    /// <summary>When an Initiation was made, before its text.</summary>
    public const int CreatedLength = sizeof(long);

    public const int InitiationOverhead = HeaderLength + HandshakeState.InitiationOverhead + CreatedLength;

    public const int ResponseOverhead = HeaderLength + HandshakeState.ResponseOverhead;

    public const int DataOverhead = DataHeaderLength + CipherState.TagLength;

    /// <summary>Both sides hash this into a handshake: a packet of another version or for another purpose fails there.</summary>
    private static ReadOnlySpan<byte> Label => "TermChat session 1"u8;

    public static byte[] Create(PacketType type, SessionId session, int length)
    {
        var packet = new byte[length];
        packet[0] = (byte)type;
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(1), session.Value);
        return packet;
    }

    /// <summary>Reads the header. False: too short or too long for its type, a type there is not, or no session.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> packet, out PacketType type, out SessionId session)
    {
        (type, session) = (default, default);
        if (packet.Length is < HeaderLength or > MaxLength)
            return false;

        type = (PacketType)packet[0];
        session = new SessionId(BinaryPrimitives.ReadUInt64BigEndian(packet[1..]));
        var shortest = type switch
        {
            PacketType.Initiation => InitiationOverhead,
            PacketType.Response => ResponseOverhead,
            PacketType.Data => DataOverhead,
            _ => int.MaxValue,
        };
        return packet.Length >= shortest && session != default;
    }

    /// <summary>What both sides of a handshake know before it: the label and the session's id.</summary>
    public static byte[] Prologue(SessionId session)
    {
        var prologue = new byte[Label.Length + sizeof(ulong)];
        Label.CopyTo(prologue);
        BinaryPrimitives.WriteUInt64BigEndian(prologue.AsSpan(Label.Length), session.Value);
        return prologue;
    }
}
