using System.Net;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>What an operator can do to a running relay. A service of the application that hosts the hub; safe to call from any thread.</summary>
/// <remarks>
/// Bans made here last until the relay restarts. One that is to stay belongs into <see cref="RelayOptions.BannedPeers"/>,
/// <see cref="RelayOptions.BannedAddresses"/> or <see cref="RelayOptions.AccessFile"/>, which are read again when they change.
/// </remarks>
public sealed class RelayAdministration
{
    // Long enough for an operator to see that it is gone; without a ban it may come back.
    private static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(10);

    private readonly AccessControl _access;
    private readonly SessionRegistry _sessions;

    // Internal types stay out of the public surface.
    public RelayAdministration(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _access = (AccessControl)services.GetService(typeof(AccessControl))!;
        _sessions = (SessionRegistry)services.GetService(typeof(SessionRegistry))!;
    }

    /// <summary>The PeerIds banned here, not those in the lists.</summary>
    public IReadOnlyCollection<PeerId> BannedPeers => _access.BannedPeers;

    /// <summary>The addresses banned here, not those in the lists.</summary>
    public IReadOnlyCollection<IPNetwork> BannedAddresses => _access.BannedAddresses;

    /// <summary>The connected peer that logs call so: they never hold a PeerId, but a tag such as <c>peer#3f2a90c1</c>.</summary>
    /// <returns>Null if none has that tag, which is good only while this process runs.</returns>
    public PeerId? FindByTag(string tag) => _sessions.FindByTag(tag);

    /// <summary>Closes the connection of a peer, after telling it so. What waits in its mailbox stays there, and it may come back.</summary>
    /// <returns>Whether it was connected.</returns>
    public bool Disconnect(PeerId peer) => _sessions.SendAway(
        peer, new Refusal(ErrorCode.Disconnected, "The operator of this relay has closed this connection.", ComeBackAfter));

    /// <summary>Keeps a PeerId out, and disconnects it. What waits in its mailbox expires there.</summary>
    /// <returns>False if it was banned here before.</returns>
    public bool Ban(PeerId peer) => _access.Ban(peer);

    /// <summary>Keeps everybody out who comes from these addresses, and disconnects them.</summary>
    /// <returns>False if just this range was banned here before.</returns>
    public bool Ban(IPNetwork addresses) => _access.Ban(addresses);

    /// <summary>Lifts a ban made here. One in a list stays.</summary>
    /// <returns>False if there was none.</returns>
    public bool Unban(PeerId peer) => _access.Unban(peer);

    /// <inheritdoc cref="Unban(PeerId)"/>
    public bool Unban(IPNetwork addresses) => _access.Unban(addresses);
}
