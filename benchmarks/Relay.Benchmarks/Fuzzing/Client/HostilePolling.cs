using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>A client that polls: each answer has what waits, and what it says comes in requests of its own.</summary>
internal sealed class HostilePolling(ClientSpeech speech) : HostileConnection(speech)
{
    private static readonly TimeSpan Gone = TimeSpan.FromSeconds(3);

    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    private readonly TaskCompletionSource _handshake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _allSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _endless;
    private int _polls;

    public override async Task ReadHandshakeAsync()
    {
        await Task.WhenAny(_handshake.Task, Task.Delay(Patience, TimeProvider.System, CancellationToken.None));
        if (!_handshake.Task.IsCompleted)
            throw new OperationCanceledException("The client has given up before it polled, and told nobody.");
    }

    public override void Listen()
    {
        // Whatever comes is heard.
    }

    public override Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _waiting.Writer.TryWrite(bytes);
        return Task.CompletedTask;
    }

    public override async Task SendEndlessAsync(ReadOnlyMemory<byte> beginning, long bytes)
    {
        Interlocked.Exchange(ref _endless, bytes);
        await SendAsync(beginning);
        await Task.WhenAny(_allSent.Task, Closed);
    }

    public override async Task CloseAsync()
    {
        _waiting.Writer.TryComplete();
        await Closed;
    }

    /// <summary>The client asks what there is. The first time that is only whether there is anybody.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var poll = Interlocked.Increment(ref _polls);
        try
        {
            if (poll == 1)
                return;

            if (!await _waiting.Reader.WaitToReadAsync(http.RequestAborted))
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                HasClosed();
                return;
            }

            while (_waiting.Reader.TryRead(out var bytes))
                await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
            if (Interlocked.Exchange(ref _endless, 0) is > 0 and var most)
                await GoOnAsync(http, most);
        }
        catch (OperationCanceledException)
        {
            HasClosed();
        }
        finally
        {
            _ = LeaveAfterAsync(poll);
        }
    }

    /// <summary>The client says something.</summary>
    public async Task HearAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (!_handshake.TrySetResult())
            Speech.Hear(body.ToArray());
    }

    /// <summary>The client goes.</summary>
    public override void Dispose()
    {
        _waiting.Writer.TryComplete();
        HasClosed();
    }

    // Not every client that goes says so.
    private async Task LeaveAfterAsync(int poll)
    {
        await Task.Delay(Gone, TimeProvider.System, CancellationToken.None);
        if (Volatile.Read(ref _polls) == poll)
            HasClosed();
    }

    private async Task GoOnAsync(HttpContext http, long bytes)
    {
        try
        {
            var more = new byte[64 << 10];
            for (var sent = 0L; sent < bytes; sent += more.Length)
                await http.Response.Body.WriteAsync(more, http.RequestAborted);
        }
        finally
        {
            _allSent.TrySetResult();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
    }
}
