using System.Net;
using Microsoft.Extensions.Options;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>The refusals an operator sets in <see cref="RelayOptions"/>.</summary>
internal sealed class OptionsPolicy(IOptionsMonitor<RelayOptions> options) : IAdmissionPolicy
{
    public Refusal? Check(PeerId peer, IPAddress? address)
    {
        var current = options.CurrentValue;
        if (!peer.IsKey && !current.AllowNamedPeers)
        {
            return new Refusal(
                ErrorCode.NamedPeersNotAllowed,
                "This relay takes no PeerIds that are plain names, because nobody can prove to own one " +
                "(Relay:AllowNamedPeers is false). An operator can set it to true to try the relay out.");
        }

        return current.BannedPeers.Contains(peer.Value)
            ? new Refusal(ErrorCode.Banned, "The operator of this relay has banned this PeerId (Relay:BannedPeers).")
            : null;
    }
}
