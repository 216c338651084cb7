namespace Relay.Contracts;

/// <summary>Why the relay refused something. Numbers are part of the protocol and never used again.</summary>
/// <remarks>1 to 99 refuse a call or a message and leave the connection; from 100 the relay closes it after the error.</remarks>
public enum ErrorCode
{
    /// <summary>No code was given. Never sent.</summary>
    None = 0,

    /// <summary>The call could not be understood: an argument is missing or out of its range.</summary>
    Malformed = 1,

    /// <summary>The method needs a registered connection.</summary>
    NotRegistered = 2,

    /// <summary>The connection has a PeerId already. It keeps it.</summary>
    AlreadyRegistered = 3,

    /// <summary>The payload is larger than <see cref="RelayLimits.MaxPayloadBytes"/>.</summary>
    PayloadTooLarge = 4,

    /// <summary>The recipient's PeerId is no PeerId.</summary>
    InvalidRecipient = 5,

    /// <summary>More messages are without an answer than the send window allows.</summary>
    SendWindowExceeded = 6,

    /// <summary>The relay's mailboxes hold as many bytes as they may. Try again later.</summary>
    MailboxesFull = 7,

    /// <summary>The client sends more in a time than the relay takes. This message is refused and everything behind it; all of that may come again after a pause, in its order, with a number left out in front.</summary>
    SendRateExceeded = 8,

    /// <summary>The recipient has never been at this relay, and no more is kept for it, or of this sender's for such recipients. Try again when it has come.</summary>
    StrangerQuotaExceeded = 9,

    /// <summary>The relay does not speak this protocol version.</summary>
    UnsupportedVersion = 100,

    /// <summary>The PeerId to register is no PeerId.</summary>
    InvalidPeerId = 101,

    /// <summary>The connection did not register in time.</summary>
    RegistrationTimeout = 102,

    /// <summary>As many peers, or connections that have not registered yet, are there as the relay allows.</summary>
    ServerFull = 103,

    /// <summary>The operator has banned this PeerId, or this network address.</summary>
    Banned = 104,

    /// <summary>Too many registrations of this PeerId, or connections from this network address, in too short a time.</summary>
    RateLimited = 105,

    /// <summary>This relay takes no PeerIds that are plain names, because nobody can prove to own one.</summary>
    NamedPeersNotAllowed = 106,

    /// <summary>The client does not read what the relay has to tell it.</summary>
    TooManyUnreadAnswers = 107,

    /// <summary>The client has not proven that it holds the key of the PeerId it registers, to this relay. Always the same answer, whatever is wrong.</summary>
    ProofRefused = 108,

    /// <summary>The relay is only for PeerIds its operator has listed, and this is none of them.</summary>
    NotListed = 109,

    /// <summary>The relay's operator has closed this connection.</summary>
    Disconnected = 110,

    /// <summary>As many connections from this network address are open as the relay allows.</summary>
    TooManyConnections = 111,

    /// <summary>A web page of another site may not use this relay from its visitors' browsers.</summary>
    WebOriginNotAllowed = 112,

    /// <summary>The client calls what there is not, or gets its calls wrong, again and again.</summary>
    TooManyFaults = 113,
}
