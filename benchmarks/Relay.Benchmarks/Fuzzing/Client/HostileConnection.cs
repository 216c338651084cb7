namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>One connection at the hostile end, by whichever way it came.</summary>
/// <param name="speech">What the client says on it.</param>
internal abstract class HostileConnection(ClientSpeech speech) : IDisposable
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ClientSpeech Speech { get; } = speech;

    /// <summary>Completes when the client has closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Reads what comes first: SignalR's handshake.</summary>
    public abstract Task ReadHandshakeAsync();

    /// <summary>From here on listens to what the client says.</summary>
    public abstract void Listen();

    public abstract Task SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Sends what is the beginning of something, and so much more that a client that waits for its end has closed long before.</summary>
    /// <remarks>Who has closed may be sent all of it, too: what goes to nobody goes without a word, until that is noticed. So only who does not close has taken it.</remarks>
    public abstract Task SendEndlessAsync(ReadOnlyMemory<byte> beginning, long bytes);

    public abstract Task CloseAsync();

    public abstract void Dispose();

    protected void HasClosed() => _closed.TrySetResult();
}
