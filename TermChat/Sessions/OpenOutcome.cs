namespace TermChat.Sessions;

/// <summary>What became of a packet.</summary>
internal enum OpenOutcome
{
    Opened = 0,

    /// <summary>
    /// This side does not have the session, or not any more. The next message to this peer begins a new one; what was in this packet has to
    /// be sent again.
    /// </summary>
    UnknownSession = 1,

    /// <summary>No packet looks like this.</summary>
    Malformed = 2,

    /// <summary>It is authentic, but from another peer than the transport says; or the transport says nobody with a key, or oneself.</summary>
    WrongSender = 3,

    /// <summary>It is damaged, forged, or meant for somebody else.</summary>
    NotAuthentic = 4,

    /// <summary>It was opened before, or is too old to tell.</summary>
    Replayed = 5,
}
