using System.Net.Sockets;
using Relay.Benchmarks.Fuzzing.Frames;

namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>Wrong requests for a WebSocket, and WebSocket frames that are none, by a plain socket.</summary>
internal static class RawSocket
{
    private const string Request =
        "GET /relay HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Requests =
    [
        Request.Replace("13", "12", StringComparison.Ordinal), Request.Replace("dGhlIHNhbXBsZSBub25jZQ==", "x", StringComparison.Ordinal),
        Request.Replace("GET", "POST", StringComparison.Ordinal), Request.Replace("/relay", "/relay?id=none", StringComparison.Ordinal),
        Request.Replace("/relay", "/relay/negotiate", StringComparison.Ordinal), Request.Replace("/relay", "/relay/../%00", StringComparison.Ordinal),
        Request.Replace("1.1", "1.0", StringComparison.Ordinal), Request.Replace("1.1", "9.9", StringComparison.Ordinal),
        Request + "Content-Length: -1\r\n", Request + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Request + "Origin: http://elsewhere.example\r\n",
        Request + "Origin: \u0001\r\n", Request + "X-Forwarded-For: 1.2.3.4, not-an-address\r\n", Request + "Sec-WebSocket-Extensions: permessage-deflate; x=1\r\n",
        Request + "Sec-WebSocket-Protocol: a,b,,\r\n", "POST /relay/negotiate?negotiateVersion=99 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n",
        "POST /relay?id=nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nabcd", "DELETE /relay?id=nobody HTTP/1.1\r\nHost: x\r\n", "OPTIONS * HTTP/1.1\r\nHost: x\r\n",
    ];

    public static Frame MutatedRequest(Dice dice)
    {
        var bytes = System.Text.Encoding.Latin1.GetBytes(dice.Of(Requests) + "\r\n");
        if (dice.OneIn(2))
            return new Frame(Kind.Upgrade, bytes);

        for (var flips = dice.Between(1, 6); flips > 0; flips--)
            bytes[dice.Below(bytes.Length)] = (byte)dice.Below(256);
        return new Frame(Kind.Upgrade, dice.OneIn(4) ? bytes[..dice.Below(bytes.Length)] : bytes);
    }

    /// <summary>A WebSocket frame, after a request that is right.</summary>
    public static Frame MutatedFraming(Encoding encoding, Dice dice)
    {
        var payload = dice.OneIn(2) ? Handshakes.Right(encoding) : dice.Bytes(dice.Below(120));
        byte[] header = dice.Below(12) switch
        {
            // Reserved bits and opcodes; no mask; a ping too long; a continuation of nothing; lengths that are not.
            0 => [(byte)(0x80 | dice.Below(128)), (byte)(0x80 | payload.Length), 0, 0, 0, 0],
            1 => [0x82, (byte)payload.Length],
            2 => [0x89, 0x80 | 126, 0xff, 0xff, 1, 2, 3, 4],
            3 => [0x80, (byte)(0x80 | payload.Length), 0, 0, 0, 0],
            4 => [0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
            5 => [0x82, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0],
            6 => [0x88, 0x81, 0, 0, 0, 0],

            // Text that is no UTF-8; a ping in pieces; a message in the middle of another; closes with a code that is none, and with words that are none.
            7 => [0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28],
            8 => [0x09, (byte)(0x80 | payload.Length), 0, 0, 0, 0],
            9 => [0x02, 0x81, 0, 0, 0, 0, 0x7b, 0x82, (byte)(0x80 | payload.Length), 0, 0, 0, 0],
            10 => dice.OneIn(2) ? [0x88, 0x82, 0, 0, 0, 0, 0, 1] : [0x88, 0x84, 0, 0, 0, 0, 3, 0xe8, 0xc3, 0x28],
            _ => dice.Bytes(dice.Between(1, 14)),
        };
        byte[] before = dice.Below(3) switch { 0 => Masked(Handshakes.Right(encoding)), 1 => InPieces(Handshakes.Right(encoding)), _ => [] };
        return new Frame(Kind.WebSocketFraming, [.. System.Text.Encoding.ASCII.GetBytes(Request + "\r\n"), .. before, .. header, .. payload]);
    }

    /// <summary>A whole message, as it should be.</summary>
    private static byte[] Masked(byte[] message) => [0x82, (byte)(0x80 | message.Length), 0, 0, 0, 0, .. message];

    /// <summary>A message in frames of a byte each, with a ping between two of them: odd, and allowed.</summary>
    private static byte[] InPieces(byte[] message) =>
        [0x02, 0x80, 0, 0, 0, 0, .. message.SelectMany((one, i) => (byte[])[(byte)(i == message.Length - 1 ? 0x80 : 0x00), 0x81, 0, 0, 0, 0, one, .. i == 3 ? [0x89, 0x80, 0, 0, 0, 0] : Array.Empty<byte>()]).ToArray()];

    /// <summary>Sends it all, in two pieces, and no more, and reads until the relay closes or has had its time to read.</summary>
    public static async Task<bool> SendAsync(Uri hub, Frame frame)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(hub.Host, hub.Port);
            await socket.SendAsync(frame.Bytes.AsMemory(..(frame.Bytes.Length / 2)));
            await socket.SendAsync(frame.Bytes.AsMemory((frame.Bytes.Length / 2)..));
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer).WaitAsync(Patience, TimeProvider.System) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: closed as well.
        }

        return true;
    }
}
