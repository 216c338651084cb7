using System.Net;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>The refusals an operator sets: no plain names, bans, a list of who alone is let in.</summary>
internal sealed class AccessPolicy(LiveOptions options, AccessControl access) : IAdmissionPolicy
{
    public Refusal? Check(PeerId peer, IPAddress? address) => peer.IsKey || options.Current.AllowNamedPeers
        ? access.Current.Check(peer, address)
        : new Refusal(
            ErrorCode.NamedPeersNotAllowed,
            "This relay takes no PeerIds that are plain names, because nobody can prove to own one " +
            $"(Relay:AllowNamedPeers is false). An operator can set it to true to try the relay out. {Refusal.Documented}");
}
