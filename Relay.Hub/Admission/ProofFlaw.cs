namespace Relay.Hub.Admission;

/// <summary>Why a proof was refused. Clients are not told.</summary>
internal enum ProofFlaw
{
    /// <summary>Nothing is wrong with it.</summary>
    None,

    /// <summary>The PeerId starts like a key and is none.</summary>
    PeerId,

    /// <summary>The client has dialled another relay, or this one by an address it does not know.</summary>
    Audience,

    /// <summary>There is none, or it does not fit the key, the challenge or the request.</summary>
    Proof,
}
