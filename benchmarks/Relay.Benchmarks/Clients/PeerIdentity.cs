using Relay.Contracts;

namespace Relay.Benchmarks.Clients;

/// <summary>Who a peer is. Every server addresses it by the same text, so that all carry addresses of the same length.</summary>
/// <param name="Key">What a PeerId that is a key is proven with; null for a plain name. Only the relay asks for it.</param>
internal sealed record PeerIdentity(PeerId Id, PeerKey? Key) : IDisposable
{
    public string Address => Id.Value;

    /// <summary>A new key: what real peers have.</summary>
    public static PeerIdentity NewKey()
    {
        var key = PeerKey.Generate();
        return new PeerIdentity(key.PeerId, key);
    }

    /// <summary>A new name, of as many characters as names may have.</summary>
    public static PeerIdentity NewName() => new(PeerId.Parse(Guid.NewGuid().ToString("N")), null);

    public void Dispose() => Key?.Dispose();
}
