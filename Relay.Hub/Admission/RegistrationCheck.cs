using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Whether a registration is in order: its version, its PeerId, and what every policy says.</summary>
internal sealed class RegistrationCheck(IEnumerable<IAdmissionPolicy> policies)
{
    private readonly IAdmissionPolicy[] _policies = [.. policies];

    /// <returns>Null when it is; then <paramref name="peer"/> is the PeerId.</returns>
    public Refusal? Check(RegisterRequest? request, HubCallerContext context, out PeerId peer)
    {
        peer = default;
        if (request?.ProtocolVersion != RelayProtocol.Version)
        {
            return new Refusal(
                ErrorCode.UnsupportedVersion,
                $"This relay speaks protocol version {RelayProtocol.Version}, the client {request?.ProtocolVersion ?? 0}. Update the older of the two.");
        }

        if (!PeerId.TryParse(request.PeerId, out peer))
            return new Refusal(ErrorCode.InvalidPeerId, "What the client registers is no PeerId.");

        var address = context.GetHttpContext()?.Connection.RemoteIpAddress;
        foreach (var policy in _policies)
        {
            if (policy.Check(peer, address) is { } refusal)
                return refusal;
        }

        return null;
    }
}
