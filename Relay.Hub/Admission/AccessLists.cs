using System.Net;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Who is kept out, and, where anybody is listed, who alone is let in. Not changed once made.</summary>
internal sealed record AccessLists(IReadOnlySet<PeerId> BannedPeers, AddressSet BannedAddresses, IReadOnlySet<PeerId> AllowedPeers)
{
    /// <summary>Bans can be lifted, so a client may ask again; not often, for most of them stay.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    /// <returns>Why this PeerId may not register, or not stay; null if it may.</returns>
    public Refusal? Check(PeerId peer)
    {
        if (BannedPeers.Contains(peer))
        {
            return new Refusal(
                ErrorCode.Banned, $"The operator of this relay has banned this PeerId (Relay:BannedPeers, Relay:AccessFile, or a ban until the relay restarts). {Refusal.Documented}", RetryAfter);
        }

        return AllowedPeers.Count == 0 || AllowedPeers.Contains(peer)
            ? null
            : new Refusal(
                ErrorCode.NotListed,
                $"This relay is only for the PeerIds its operator has listed, and this is none of them (Relay:AllowedPeers, Relay:AccessFile). Ask the operator, who needs your PeerId. {Refusal.Documented}",
                RetryAfter);
    }

    /// <returns>Why nobody may connect from this address; null if they may.</returns>
    public Refusal? Check(IPAddress? address) => BannedAddresses.Contains(address)
        ? new Refusal(ErrorCode.Banned, $"The operator of this relay has banned this network address (Relay:BannedAddresses, Relay:AccessFile, or a ban until the relay restarts). {Refusal.Documented}", RetryAfter)
        : null;

    public Refusal? Check(PeerId peer, IPAddress? address) => Check(address) ?? Check(peer);
}
