using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Client.Transport;

namespace Relay.Benchmarks.Clients;

/// <summary>A client of nats-server, as much of one as a comparison needs.</summary>
/// <remarks>
/// What is published while a write is under way goes out with the next one, as the clients of NATS do it. The protocol:
/// https://docs.nats.io/reference/reference-protocols/nats-protocol
/// </remarks>
internal sealed class NatsPeer : IPeer
{
    private readonly Socket _socket;
    private readonly IReceiver _receiver;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _somethingToWrite = new(0);
    private readonly ConcurrentQueue<TaskCompletionSource> _pings = new();
    private readonly Task _writing;
    private readonly Task _reading;
    private GrowingBuffer _next = new();
    private GrowingBuffer _written = new();

    public NatsPeer(Socket socket, IReceiver receiver)
    {
        (_socket, _receiver) = (socket, receiver);
        _writing = Task.Run(() => GuardAsync(WriteAsync));
        _reading = Task.Run(() => GuardAsync(ReadAsync));
    }

    public async Task SubscribeAsync(string subject)
    {
        Append(buffer => buffer.Append("CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"dotnet\",\"version\":\"0\",\"echo\":true}\r\n"u8));
        Append(buffer => buffer.Append(Encoding.ASCII.GetBytes($"SUB {subject} 1\r\n")));
        await PingAsync();
    }

    public ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload)
    {
        bool wake;
        lock (_gate)
        {
            wake = _next.Length == 0;
            _next.Append("PUB "u8);
            _next.Append(recipient);
            _next.Append(" "u8);
            _next.Append(payload.Length);
            _next.Append("\r\n"u8);
            _next.Append(payload.Span);
            _next.Append("\r\n"u8);
        }

        if (wake)
            _somethingToWrite.Release();
        return default;
    }

    public async ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload)
    {
        await SendAsync(recipient, payload);
        await PingAsync();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await Task.WhenAll(_writing, _reading);
    }

    private void Append(Action<GrowingBuffer> write)
    {
        bool wake;
        lock (_gate)
        {
            wake = _next.Length == 0;
            write(_next);
        }

        if (wake)
            _somethingToWrite.Release();
    }

    /// <summary>Waits until the server has taken all that was sent before.</summary>
    private Task PingAsync()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Append(buffer =>
        {
            _pings.Enqueue(answered);
            buffer.Append("PING\r\n"u8);
        });
        return answered.Task.WaitAsync(_stop.Token);
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await _somethingToWrite.WaitAsync(_stop.Token);
            lock (_gate)
                (_next, _written) = (_written, _next);
            for (var sent = 0; sent < _written.Length;)
                sent += await _socket.SendAsync(_written.Memory[sent..], _stop.Token);
            _written.Clear();
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 18];
        var length = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
            if (read == 0)
                throw new IOException("nats-server closed the connection.");

            length += read;
            var taken = Take(buffer.AsSpan(0, length));
            buffer.AsSpan(taken, length - taken).CopyTo(buffer);
            length -= taken;
        }
    }

    /// <returns>How many bytes were whole messages.</returns>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (bytes[taken..].IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var line = bytes.Slice(taken, end);
            var next = taken + end + 2;
            if (line.StartsWith("MSG "u8))
            {
                var length = int.Parse(line[(line.LastIndexOf((byte)' ') + 1)..], CultureInfo.InvariantCulture);
                if (bytes.Length < next + length + 2)
                    break;
                _receiver.Receive(bytes.Slice(next, length));
                next += length + 2;
            }
            else if (line.SequenceEqual("PING"u8))
            {
                Append(buffer => buffer.Append("PONG\r\n"u8));
            }
            else if (line.SequenceEqual("PONG"u8) && _pings.TryDequeue(out var ping))
            {
                ping.TrySetResult();
            }
            else if (line.StartsWith("-ERR"u8))
            {
                throw new IOException($"nats-server said {Encoding.ASCII.GetString(line)}");
            }

            taken = next;
        }

        return taken;
    }

    private async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The end of the run.
        }
        catch (Exception failure)
        {
            _receiver.Fail(failure);
        }
    }
}
