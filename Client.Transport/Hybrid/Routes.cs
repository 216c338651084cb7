using Relay.Contracts;

namespace Client.Transport.Hybrid;

/// <summary>When the direct path to a peer failed, and how often it had reported a change by then.</summary>
internal readonly record struct DirectFailure(int Changes, long At);

/// <summary>Which paths there are, and in which order they are tried. Decides only; carries nothing.</summary>
internal sealed class Routes(ITransport? direct, ITransport? fallback, TimeSpan directRetryDelay, TimeProvider time)
{
    private readonly ITransport[] _directFirst = Existing(direct, fallback);
    private readonly ITransport[] _fallbackFirst = Existing(fallback, direct);
    private int _directChanges;

    public IReadOnlyList<ITransport> All => _directFirst;

    /// <summary>How often the direct path has reported a change.</summary>
    public int DirectChanges => Volatile.Read(ref _directChanges);

    public void DirectChanged() => Interlocked.Increment(ref _directChanges);

    /// <summary>Direct first; but one that has just failed is the last resort.</summary>
    public IReadOnlyList<ITransport> InOrder(DirectFailure? lastFailure) => IsFresh(lastFailure) ? _fallbackFirst : _directFirst;

    /// <summary>Whether a failure still says something about the direct path: it is recent, and nothing has changed since.</summary>
    public bool IsFresh(DirectFailure? failure) =>
        failure is { } last && last.Changes == DirectChanges && time.GetElapsedTime(last.At) < directRetryDelay;

    public bool IsDirect(ITransport path) => path == direct;

    /// <param name="changes">What <see cref="DirectChanges"/> was before the attempt, so that a change during it counts.</param>
    public DirectFailure FailedNow(int changes) => new(changes, time.GetTimestamp());

    public bool IsDirectConnected(PeerId peer) => direct?.IsConnected(peer) ?? false;

    public bool IsConnected(PeerId peer) => IsDirectConnected(peer) || (fallback?.IsConnected(peer) ?? false);

    /// <summary>What a sender is told when every path failed: the fallback's failure, because it was the last hope.</summary>
    public TransportException Reason(TransportException? directFailure, TransportException? fallbackFailure)
    {
        const string NoRelay = "No relay is configured, so the message waits in this process; configure a relay URL to reach peers without a direct path.";

        if (fallback is not null && fallbackFailure is not null)
            return fallbackFailure;
        return directFailure is null
            ? new TransportException(TransportError.Unreachable, "There is no direct path. " + NoRelay)
            : new TransportException(directFailure.Error, $"The direct path failed: {directFailure.Message} {NoRelay}", directFailure);
    }

    /// <summary>Any failure of a path, in the words of <see cref="ITransport"/>.</summary>
    public static TransportException AsFailure(Exception exception, TransportKind path) => exception as TransportException
        ?? new TransportException(TransportError.ConnectionClosed, $"The {path} path ended with {exception.GetType().Name}.", exception);

    private static ITransport[] Existing(params ITransport?[] paths) => [.. paths.OfType<ITransport>()];
}
