using System.Net.Sockets;
using System.Text;

namespace Client.Transport.Tests.Relay;

/// <summary>A hostile relay that takes no WebSockets, and answers whoever polls instead as a test says, by raw sockets: what comes of a body that no server would send.</summary>
internal sealed class PollingRelay : IAsyncDisposable
{
    private const string Negotiation =
        """{"negotiateVersion":1,"connectionId":"c","connectionToken":"t","availableTransports":[{"transport":"LongPolling","transferFormats":["Text","Binary"]}]}""";

    private readonly RawListener _listener;
    private readonly Func<string, Answer, Task> _answer;
    private int _polls;
    private int _posts;
    private long _said;

    /// <param name="answer">Given what is asked for - negotiation, poll 1, poll 2 ..., post 1 ... - and the answer to write to. Where it writes none, the usual one goes.</param>
    public PollingRelay(Func<string, Answer, Task> answer)
    {
        _answer = answer;
        _listener = new RawListener(ServeAsync);
    }

    public Uri Url => _listener.Url;

    /// <summary>The bytes of bodies it has said, and somebody has taken, but for those of the usual answers.</summary>
    public long Said => Interlocked.Read(ref _said);

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (await ReadAsync(reader) is { } asked)
        {
            var answer = new Answer(this, stream);
            if (asked != "WebSocket")
                await _answer(asked, answer);
            if (!answer.HasBegun)
                await answer.UsualAsync(asked);
        }
    }

    /// <returns>What is asked for; null if nothing more is.</returns>
    private async Task<string?> ReadAsync(StreamReader reader)
    {
        if (await reader.ReadLineAsync(_listener.Stopping) is not { } request)
            return null;

        var (isUpgrade, length) = (false, 0);
        while (await reader.ReadLineAsync(_listener.Stopping) is { Length: > 0 } header)
        {
            isUpgrade |= header.StartsWith("Upgrade:", StringComparison.OrdinalIgnoreCase);
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.Parse(header.AsSpan(15), System.Globalization.CultureInfo.InvariantCulture);
        }

        // Asked for nothing it would wait for more.
        if (length > 0)
            await reader.ReadBlockAsync(new char[length], _listener.Stopping);
        return isUpgrade ? "WebSocket"
            : request.StartsWith("GET ", StringComparison.Ordinal) ? $"poll {Interlocked.Increment(ref _polls)}"
            : request.Contains("/negotiate", StringComparison.Ordinal) ? "negotiation"
            : $"post {Interlocked.Increment(ref _posts)}";
    }

    internal sealed class Answer(PollingRelay relay, NetworkStream stream)
    {
        private static readonly byte[] Piece = [.. Enumerable.Repeat((byte)' ', 4096)];

        public bool HasBegun { get; private set; }

        /// <summary>A body of spaces that ends, and says before where.</summary>
        public async Task SpacesAsync(int count)
        {
            await SayAsync("200 OK", new string(' ', count));
            Interlocked.Add(ref relay._said, count);
        }

        /// <summary>A body of spaces that goes on as fast as it is read, and for long if it is.</summary>
        public async Task EndlessAsync()
        {
            await BeginAsync("200 OK", "Connection: close");
            for (; relay.Said < 256 << 20; Interlocked.Add(ref relay._said, Piece.Length))
                await stream.WriteAsync(Piece, relay._listener.Stopping);
            stream.Close();
        }

        public Task UsualAsync(string asked) => asked switch
        {
            "WebSocket" => SayAsync("403 Forbidden", ""),
            "negotiation" => SayAsync("200 OK", Negotiation),
            _ => SayAsync("200 OK", ""),
        };

        public async Task SayAsync(string status, string body)
        {
            await BeginAsync(status, $"Content-Length: {body.Length}");
            await stream.WriteAsync(Encoding.Latin1.GetBytes(body), relay._listener.Stopping);
        }

        private async Task BeginAsync(string status, string header)
        {
            HasBegun = true;
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 {status}\r\n{header}\r\n\r\n"), relay._listener.Stopping);
        }
    }
}
