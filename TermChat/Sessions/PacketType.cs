namespace TermChat.Sessions;

/// <summary>The first byte of a packet.</summary>
internal enum PacketType : byte
{
    /// <summary>The first message of a handshake.</summary>
    Initiation = 1,

    /// <summary>The second and last message of a handshake.</summary>
    Response = 2,

    /// <summary>A message in a session.</summary>
    Data = 3,
}
