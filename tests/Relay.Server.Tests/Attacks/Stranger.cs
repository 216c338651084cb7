using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Relay.Server.Tests.Attacks;

/// <summary>A socket of somebody who keeps to as much of the protocol as suits them.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[8192];

    /// <summary>The beginning of a request for a WebSocket, up to the empty line that would end it.</summary>
    public static string Upgrade(string? forwardedFor = null, string? origin = null) =>
        "GET /relay HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
        (forwardedFor is null ? "" : $"X-Forwarded-For: {forwardedFor}\r\n") + (origin is null ? "" : $"Origin: {origin}\r\n");

    /// <param name="address">By which of the machine's addresses, and so from which; loopback if nothing is said.</param>
    public static async Task<Stranger> Connect(Uri url, IPAddress? address = null)
    {
        var stranger = new Stranger();
        try
        {
            await stranger._socket.ConnectAsync(new IPEndPoint(address ?? IPAddress.Loopback, url.Port));
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionReset)
        {
            // It was connected, and closed before this side had noticed.
        }

        return stranger;
    }

    /// <summary>Its own end, for who looks it up in the system's tables.</summary>
    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>One that has registered a plain name, and reads nothing of what it is told.</summary>
    public static async Task<Stranger> EnterDeaf(Uri url, string name)
    {
        var stranger = await Connect(url);
        await stranger.AskForWebSocket();
        await stranger.SayHello();
        await stranger.Register(name);
        return stranger;
    }

    public Task Write(string text) => _socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Writes as much as is taken at once: by the other side, and by what is in between.</summary>
    /// <returns>The bytes.</returns>
    public int Pour(ReadOnlySpan<byte> bytes)
    {
        _socket.Blocking = false;
        var taken = _socket.Send(bytes, SocketFlags.None, out var error);
        Assert.True(error is SocketError.Success or SocketError.WouldBlock, $"{error}");
        return error == SocketError.Success ? taken : 0;
    }

    /// <summary>Says that it will write no more. It can still read.</summary>
    public void CloseItsSide() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Writes more than is taken, until one side closes.</summary>
    public async Task WriteUntilClosed(string text)
    {
        try
        {
            await Write(text);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            // Which is how it ends.
        }
    }

    /// <summary>Writes a whole request.</summary>
    /// <returns>The status it was answered with; 0 for none.</returns>
    public async Task<int> Ask(string request)
    {
        await Write(request);
        return (await ReadHead()).Status;
    }

    /// <summary>Asks for a WebSocket, and says nothing more.</summary>
    /// <returns>The status it was answered with, and all that was said.</returns>
    public async Task<(int Status, string Answer)> AskForWebSocket(string? forwardedFor = null, string? origin = null)
    {
        await Write(Upgrade(forwardedFor, origin) + "\r\n");
        return await ReadHead();
    }

    private async Task<(int Status, string Answer)> ReadHead()
    {
        var answer = new StringBuilder();
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await _socket.ReceiveAsync(_buffer);
            if (read == 0)
                return (0, answer.ToString());
            answer.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        return (int.Parse(answer.ToString(9, 3), CultureInfo.InvariantCulture), answer.ToString());
    }

    /// <summary>Says, on its WebSocket, which protocol it wants to speak, and so gets as far as the hub.</summary>
    public Task SayHello(string protocol = "json") => _socket.SendAsync(Message(Encoding.ASCII.GetBytes($"{{\"protocol\":\"{protocol}\",\"version\":1}}\u001e")));

    /// <summary>Registers a plain name, in JSON.</summary>
    public Task Register(string name) => _socket.SendAsync(Message(Encoding.ASCII.GetBytes(
        $"{{\"type\":1,\"target\":\"Register\",\"arguments\":[{{\"protocolVersion\":1,\"peerId\":\"{name}\"}}]}}\u001e")));

    /// <summary>Says that on its WebSocket, in as many messages as there are bytes.</summary>
    public async Task SayByteByByte(byte[] bytes)
    {
        foreach (var part in bytes.Chunk(10_000))
            await SendAllAsync(part.SelectMany(one => Message([one])).ToArray());
    }

    /// <summary>What SignalR's MessagePack puts in front of a message of so many bytes.</summary>
    public static byte[] LengthOf(int bytes)
    {
        List<byte> length = [];
        for (; bytes >= 0x80; bytes >>= 7)
            length.Add((byte)(bytes | 0x80));
        return [.. length, (byte)bytes];
    }

    /// <summary>One of SignalR's pings, in JSON.</summary>
    public Task Ping() => _socket.SendAsync(Message("{\"type\":6}\u001e"u8.ToArray()));

    /// <summary>Says SignalR's pings on its WebSocket, as fast as they are read. Nothing answers those.</summary>
    public async Task PingWithoutPause(CancellationToken cancellationToken)
    {
        var pings = Enumerable.Repeat<byte[]>([2, 0x91, 6], 20_000).SelectMany(ping => ping).ToArray();
        byte[] message = [0x82, 0xfe, (byte)(pings.Length >> 8), (byte)pings.Length, 0, 0, 0, 0, .. pings];
        while (!cancellationToken.IsCancellationRequested)
            await SendAllAsync(message);
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes)..];
    }

    // A message of up to 125 bytes, with a mask of zeros, which leaves it readable here.
    private static byte[] Message(byte[] bytes) => [0x82, (byte)(0x80 | bytes.Length), 0, 0, 0, 0, .. bytes];

    /// <summary>Reads so many bytes, whatever they are.</summary>
    public async Task Read(long bytes)
    {
        while (bytes > 0 && await _socket.ReceiveAsync(_buffer) is > 0 and var read)
            bytes -= read;
    }

    /// <summary>Whether the other side has closed it, or reset it. Only while nothing is being said.</summary>
    public bool IsClosed => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

    /// <summary>Reads on until the other side closes.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> UntilClosed()
    {
        var said = new StringBuilder();
        try
        {
            while (await _socket.ReceiveAsync(_buffer) is > 0 and var read)
                said.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }

        return said.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
