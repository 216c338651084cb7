using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Relay.Contracts.WebSockets;

namespace Relay.Contracts.Tests.WebSockets;

/// <summary>What comes over a WebSocket holds little more memory than it has bytes, and its reader is woken when there is something to read.</summary>
public sealed class WebSocketInputTests
{
    private static readonly byte[] Handshake = "{}\u001e"u8.ToArray();

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(4097)]
    [InlineData(20_000)]
    [InlineData(70_000)]
    public async Task Messages_of_any_length_that_are_one_unfinished_frame_hold_little_more_memory_than_they_have_bytes(int length)
    {
        const int total = 100_000;
        await using var ends = await Ends.ConnectAsync();
        await ends.SayAsync(Handshake);
        var taken = await ends.ReadAsync(Handshake.Length);
        ends.Pipe.Input.AdvanceTo(taken.End);

        for (var left = total; left > 0; left -= length)
            await ends.SayAsync(new byte[Math.Min(length, left)]);
        var unfinished = await ends.ReadAsync(total);

        var held = 0L;
        foreach (var segment in unfinished)
            held += MemoryMarshal.TryGetArray(segment, out var array) ? array.Array!.Length : segment.Length;
        Assert.InRange(held, total, (2 * total) + 65_536);
    }

    [Fact]
    public async Task A_text_that_has_no_end_yet_wakes_nobody()
    {
        await using var ends = await Ends.ConnectAsync();
        ends.Pipe.MessageType = WebSocketMessageType.Text;
        await ends.SayAsync(Handshake);
        ends.Pipe.Input.AdvanceTo((await ends.ReadAsync(Handshake.Length)).End);

        for (var i = 0; i < 1000; i++)
            await ends.SayAsync([(byte)'x']);
        await ends.SayAsync([0x1e]);

        // The first time there is something to read, there is all of it.
        var read = await ends.Pipe.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1001, read.Buffer.Length);
    }

    [Fact]
    public async Task What_is_no_text_wakes_its_reader_with_every_message_whatever_is_in_it()
    {
        await using var ends = await Ends.ConnectAsync();
        ends.Pipe.MessageType = WebSocketMessageType.Binary;
        await ends.SayAsync(Handshake);
        ends.Pipe.Input.AdvanceTo((await ends.ReadAsync(Handshake.Length)).End);

        for (var i = 0; i < 10; i++)
        {
            await ends.SayAsync([1]);
            ends.Pipe.Input.AdvanceTo((await ends.ReadAsync(1)).End);
        }
    }

    /// <summary>A WebSocket over a real connection, one end of which the pipe reads.</summary>
    private sealed class Ends(WebSocketPipe pipe, WebSocket here, WebSocket there) : IAsyncDisposable
    {
        public WebSocketPipe Pipe => pipe;

        public static async Task<Ends> ConnectAsync()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            var server = await listener.AcceptTcpClientAsync();
            var here = WebSocket.CreateFromStream(server.GetStream(), new WebSocketCreationOptions { IsServer = true });
            var there = WebSocket.CreateFromStream(client.GetStream(), new WebSocketCreationOptions());
            var pipe = new WebSocketPipe(here, TimeProvider.System, tellsWhy: true);
            pipe.Start();
            return new Ends(pipe, here, there);
        }

        public Task SayAsync(byte[] message) => there.SendAsync(message, WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);

        /// <summary>Reads, without taking any of it, until so much is there.</summary>
        public async Task<ReadOnlySequence<byte>> ReadAsync(int bytes)
        {
            while (true)
            {
                var read = (await pipe.Input.ReadAsync(TestContext.Current.CancellationToken)).Buffer;
                if (read.Length >= bytes)
                    return read;
                pipe.Input.AdvanceTo(read.Start, read.End);
            }
        }

        public async ValueTask DisposeAsync()
        {
            there.Abort();
            await pipe.CloseAsync(TimeSpan.FromSeconds(1));
            here.Dispose();
            there.Dispose();
        }
    }
}
