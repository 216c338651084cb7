using System.Net;

namespace Relay.Hub.Admission;

/// <summary>A connection's place among those there may be: not registered at first, then registered, then given back.</summary>
/// <remarks>Any thread; each step counts once.</remarks>
internal sealed class ConnectionLease(ConnectionLimits limits, IPNetwork? address) : IDisposable
{
    // 0: not registered; 1: registered; 2: over.
    private int _state;

    /// <summary>The connection has registered: it no longer counts among those from whom nobody knows what to expect.</summary>
    public void Register()
    {
        if (Interlocked.CompareExchange(ref _state, 1, 0) == 0)
            limits.Registered(address);
    }

    public void Dispose()
    {
        var before = Interlocked.Exchange(ref _state, 2);
        if (before != 2)
            limits.Leave(address, wasRegistered: before == 1);
    }
}
