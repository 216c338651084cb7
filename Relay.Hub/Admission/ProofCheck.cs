using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Whether a client holds the key it registers, and means this relay.</summary>
internal sealed class ProofCheck(LiveOptions options)
{
    /// <summary>The one answer to everything that is wrong: which part it is helps whoever tries keys more than anybody else.</summary>
    public static Refusal Refusal { get; } = new(
        ErrorCode.ProofRefused,
        "The client has not proven that it holds the key of this PeerId. Either its key is another PeerId's, or the PeerId is mistyped, " +
        "or the address it has dialled is none of this relay's (Relay:Origins), or its proof is not for this connection. " +
        "docs/protocol.md says how to prove a PeerId.");

    /// <param name="host">The host the request was for, as the client or a proxy wrote it; null if that is not known.</param>
    /// <returns>What is wrong, for the log alone.</returns>
    public ProofFlaw Check(RegisterRequest request, OpenChallenge challenge, string? host, out PeerId peer)
    {
        if (!PeerId.TryParse(request.PeerId, out peer))
            return ProofFlaw.PeerId;
        if (!IsHere(request.Audience, host))
            return ProofFlaw.Audience;
        return challenge.IsAnsweredBy(request) ? ProofFlaw.None : ProofFlaw.Proof;
    }

    private bool IsHere(string? audience, string? host)
    {
        var origins = options.Current.Origins;
        if (origins.Count > 0)
            return origins.Any(origin => Audience.TryRead(origin, out var own) && own == audience);

        // The request's host, with the client's scheme: TLS can end in front of this process, and take a default port with it.
        return audience is not null && host is not null
            && audience.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme
            && Audience.TryRead(string.Concat(audience.AsSpan(0, scheme), "://", host), out var asked)
            && asked == audience;
    }
}
