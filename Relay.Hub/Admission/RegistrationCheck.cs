using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub.Observability;

namespace Relay.Hub.Admission;

/// <summary>Whether a registration is in order: its version, its PeerId and the proof of it, and what every policy says.</summary>
internal sealed class RegistrationCheck(ProofCheck proofs, IEnumerable<IAdmissionPolicy> policies, TimeProvider time, ILogger<RelayHub> logger)
{
    private readonly IAdmissionPolicy[] _policies = [.. policies];
    private readonly Tally _flaws = new(time);

    /// <returns>Null when it is; then <paramref name="peer"/> is the PeerId.</returns>
    public Refusal? Check(RegisterRequest? request, OpenChallenge challenge, HubCallerContext context, out PeerId peer)
    {
        peer = default;
        if (request?.ProtocolVersion != RelayProtocol.Version)
        {
            return new Refusal(
                ErrorCode.UnsupportedVersion,
                $"This relay speaks protocol version {RelayProtocol.Version}, the client {request?.ProtocolVersion ?? 0}. Update the older of the two. docs/protocol.md describes the version.")
            {
                Reason = $"This relay speaks protocol version {RelayProtocol.Version}, the client another. Update the older of the two. docs/protocol.md describes the version.",
            };
        }

        var http = context.GetHttpContext();
        if (PeerId.LooksLikeKey(request.PeerId))
        {
            // Before the policies: nobody learns by trying whether somebody else's PeerId is banned.
            // As it was written: HttpRequest.Host throws for what is no host.
            if (proofs.Check(request, challenge, http?.Request.Headers.Host, out peer) is not ProofFlaw.None and var flaw)
            {
                if (_flaws.Count($"{flaw}") is > 0 and var count)
                    logger.ProofsRefused(flaw, count);
                return ProofCheck.Refusal;
            }
        }
        else if (!PeerId.TryParse(request.PeerId, out peer))
        {
            return new Refusal(ErrorCode.InvalidPeerId, $"What the client registers is no PeerId. {LimitWords.PeerIds}");
        }

        var address = http?.Connection.RemoteIpAddress;
        foreach (var policy in _policies)
        {
            if (policy.Check(peer, address) is { } refusal)
                return refusal;
        }

        return null;
    }
}
