namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>A way for bytes to a hub and back.</summary>
internal interface ILine : IAsyncDisposable
{
    Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <returns>How many bytes have come; 0 when the other side has closed.</returns>
    Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Says that nothing more will be sent. What was sent before is read all the same.</summary>
    Task FinishAsync(CancellationToken cancellationToken);
}
