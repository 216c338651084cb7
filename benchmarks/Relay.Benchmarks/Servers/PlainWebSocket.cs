using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Relay.Benchmarks.Servers;

/// <summary>
/// A relay without SignalR: Kestrel's WebSockets, a frame for each message, read into one buffer and written out of it. It keeps nothing,
/// and promises nothing.
/// </summary>
/// <remarks>
/// The first frame of a connection is its name, which it gets back once messages to it find it. Every other one begins with an address, a byte of length in front: the recipient's on the way in,
/// the sender's on the way out. Nothing is allocated for a message, and the payload is not copied.
/// </remarks>
internal static class PlainWebSocket
{
    // In front of what is read: room to put the sender's address where the recipient's was, whichever is longer.
    private const int Headroom = 256;
    private const int MostBytes = 1 << 20;

    private static readonly ConcurrentDictionary<string, Connection> Connections = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Connection>.AlternateLookup<ReadOnlySpan<char>> ByName =
        Connections.GetAlternateLookup<ReadOnlySpan<char>>();

    public static void Map(WebApplication app)
    {
        app.UseWebSockets();
        app.Run(ServeAsync);
    }

    private static async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[Headroom + MostBytes];
        var length = await ReadAsync(socket, buffer, context.RequestAborted);
        if (length < 0)
            return;

        var name = Encoding.ASCII.GetString(buffer, Headroom, length);
        var address = Encoding.ASCII.GetBytes(name);
        var connection = new Connection(socket);
        Connections[name] = connection;
        try
        {
            await connection.SendAsync(address);
            while ((length = await ReadAsync(socket, buffer, context.RequestAborted)) >= 0)
            {
                if (Find(buffer.AsSpan(Headroom, length), out var payloadAt) is { } recipient)
                    await recipient.SendAsync(Address(buffer, Headroom + payloadAt, length - payloadAt, address));
            }
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException)
        {
            // The client is gone.
        }
        finally
        {
            Connections.TryRemove(KeyValuePair.Create(name, connection));
        }
    }

    /// <returns>The length of the frame; -1 at the end.</returns>
    private static async ValueTask<int> ReadAsync(WebSocket socket, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var length = 0; ;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(Headroom + length), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close)
                return -1;
            length += read.Count;
            if (read.EndOfMessage)
                return length;
        }
    }

    private static Connection? Find(ReadOnlySpan<byte> frame, out int payloadAt)
    {
        payloadAt = 1 + frame[0];
        Span<char> name = stackalloc char[frame[0]];
        Encoding.ASCII.GetChars(frame[1..payloadAt], name);
        return ByName.TryGetValue(name, out var connection) ? connection : null;
    }

    private static ReadOnlyMemory<byte> Address(byte[] buffer, int payloadAt, int payloadLength, byte[] sender)
    {
        var start = payloadAt - sender.Length - 1;
        buffer[start] = (byte)sender.Length;
        sender.CopyTo(buffer, start + 1);
        return buffer.AsMemory(start, 1 + sender.Length + payloadLength);
    }

    [SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds nothing, and a sender may still use it when the connection ends.")]
    private sealed class Connection(WebSocket socket)
    {
        private readonly SemaphoreSlim _turn = new(1);

        public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
        {
            await _turn.WaitAsync();
            try
            {
                await socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
