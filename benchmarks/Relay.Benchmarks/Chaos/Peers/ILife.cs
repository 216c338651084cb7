using Relay.Benchmarks.Chaos.Histories;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>One connected client of a peer, which stays connected by itself. A takeover begins another.</summary>
internal interface ILife : IAsyncDisposable
{
    bool IsConnected { get; }

    /// <summary>Whether another life of the same peer has its place. Final.</summary>
    bool WasReplaced { get; }

    /// <summary>Another life of the peer is about to begin. Where the server tells nobody that it is replaced, this one then ends with its connection.</summary>
    void GiveWay();

    /// <summary>Sends a message, again and again if need be. The order of the calls is the order of sending.</summary>
    /// <returns><see cref="SendOutcome.Unknown"/> if this life ended before anything was known: the next one has to send it again.</returns>
    Task<SendOutcome> SendAsync(SentMessage message, ReadOnlyMemory<byte> payload);

    /// <summary>Hands over what arrives, one after the other, until it is disposed or replaced.</summary>
    /// <param name="take">The message counts as taken when this has completed.</param>
    Task ReadAsync(Func<Arrival, ValueTask> take);
}
