using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server;

/// <summary>What a socket brings, read in turns: a connection that always has something ready keeps no thread that others wait for.</summary>
/// <remarks>
/// With inline scheduling all that a read leads to runs on the thread that read, and Kestrel reads on as long as there is something. A few such
/// connections would hold all threads of the pool, and everybody else would wait until it has grown, which takes seconds. In front of
/// TLS and HTTP, because neither requests behind each other nor the pings of a WebSocket get as far as the hub.
/// </remarks>
/// <param name="doOthersWait">Whether there is more to do than there are threads for it now. If not, a turn has no end: going to another thread costs more than a message.</param>
internal sealed class Turns(IDuplexPipe transport, Func<bool> doOthersWait) : PipeReader, IDuplexPipe
{
    /// <summary>Reads of a turn, each of up to 64 KiB: a full batch of messages takes two or three.</summary>
    public const int Reads = 4;

    private readonly PipeReader _socket = transport.Input;
    private int _reads;

    PipeReader IDuplexPipe.Input => this;

    PipeWriter IDuplexPipe.Output => transport.Output;

    public static Task AcceptAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Transport = new Turns(connection.Transport, static () => ThreadPool.PendingWorkItemCount > 0);
        return next(connection);
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (++_reads <= Reads || !doOthersWait())
            return _socket.ReadAsync(cancellationToken);

        _reads = 1;
        return ReadNextTurnAsync(cancellationToken);
    }

    public override bool TryRead(out ReadResult result) => _socket.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => _socket.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _socket.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _socket.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _socket.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => _socket.CompleteAsync(exception);

    private async ValueTask<ReadResult> ReadNextTurnAsync(CancellationToken cancellationToken)
    {
        // Behind all that waits: the queue of the pool. What only forces a yield goes to the thread's own, and comes next there.
        await Task.Yield();
        return await _socket.ReadAsync(cancellationToken);
    }
}
