using System.IO.Pipelines;

namespace Relay.Server.Tests;

/// <summary>A socket that always has something to read is read in turns, if others wait for a thread.</summary>
public sealed class TurnsTests
{
    private readonly Pipe _socket = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly PipeReader _reader;
    private bool _othersWait = true;
    private byte _next;

    public TurnsTests()
    {
        IDuplexPipe turns = new Turns(new Duplex(_socket), () => _othersWait);
        _reader = turns.Input;
    }

    [Fact]
    public async Task The_thread_is_let_go_behind_so_many_reads_and_nothing_is_missed()
    {
        await FillAsync();

        for (var i = 0; i < Turns.Reads; i++)
            ReadAtOnce();
        for (var turn = 0; turn < 10; turn++)
        {
            ReadBehindOthers();
            for (var i = 1; i < Turns.Reads; i++)
                ReadAtOnce();
        }
    }

    [Fact]
    public async Task Nobody_is_let_in_between_while_nobody_waits()
    {
        await FillAsync();
        _othersWait = false;
        for (var i = 0; i < 100; i++)
            ReadAtOnce();

        // Whoever comes then waits for one read at the most.
        _othersWait = true;
        ReadBehindOthers();
    }

    [Fact]
    public async Task A_read_that_waits_for_its_turn_can_be_cancelled()
    {
        await FillAsync();
        for (var i = 0; i < Turns.Reads; i++)
            ReadAtOnce();

        var read = await BehindOthers(_reader.CancelPendingRead);

        Assert.True(read.IsCanceled);
    }

    private async Task FillAsync() =>
        await _socket.Writer.WriteAsync(Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray(), TestContext.Current.CancellationToken);

    private void ReadAtOnce() => Take(_reader.ReadAsync(TestContext.Current.CancellationToken));

    private void ReadBehindOthers() => Take(BehindOthers(() => { }));

    /// <param name="others">What else has come before it is this connection's turn again.</param>
    private ValueTask<ReadResult> BehindOthers(Action others)
    {
        // Stands for the pool: what is queued there comes when the thread is free.
        var pool = new Pool();
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(pool);
        try
        {
            var read = _reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.False(read.IsCompleted);
            others();
            pool.Run();
            return read;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private void Take(ValueTask<ReadResult> read)
    {
        Assert.True(read.IsCompleted);
        var buffer = read.Result.Buffer;
        Assert.Equal(_next++, buffer.FirstSpan[0]);
        _reader.AdvanceTo(buffer.GetPosition(1));
    }

    private sealed class Pool : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Callback, object? State)> _queued = [];

        public override void Post(SendOrPostCallback d, object? state) => _queued.Enqueue((d, state));

        public void Run()
        {
            while (_queued.TryDequeue(out var next))
                next.Callback(next.State);
        }
    }

    private sealed class Duplex(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
