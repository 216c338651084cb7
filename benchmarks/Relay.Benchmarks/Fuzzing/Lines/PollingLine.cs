using System.Net;
using System.Text.Json;

namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>By SignalR's long polling: what is sent is the body of a request, what comes is the body of an answer.</summary>
internal sealed class PollingLine : ILine
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 1000 });

    private readonly Uri _url;
    private byte[] _come = [];
    private int _taken;

    private PollingLine(Uri url) => _url = url;

    public static async Task<PollingLine> ConnectAsync(Uri hub, CancellationToken cancellationToken)
    {
        using var negotiated = await Http.PostAsync(new Uri($"{hub}/negotiate?negotiateVersion=1"), null, cancellationToken);
        negotiated.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await negotiated.Content.ReadAsByteArrayAsync(cancellationToken));
        var line = new PollingLine(new Uri($"{hub}?id={answer.RootElement.GetProperty("connectionToken").GetString()}"));

        // The first one is answered at once, and starts the hub.
        using var first = await Http.GetAsync(line._url, cancellationToken);
        first.EnsureSuccessStatusCode();
        return line;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var sent = await Http.PostAsync(_url, new ReadOnlyMemoryContent(bytes), cancellationToken);
        sent.EnsureSuccessStatusCode();
    }

    public async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_taken == _come.Length)
        {
            using var polled = await Http.GetAsync(_url, cancellationToken);
            if (polled.StatusCode != HttpStatusCode.OK)
                return 0;
            (_come, _taken) = (await polled.Content.ReadAsByteArrayAsync(cancellationToken), 0);
        }

        var count = Math.Min(buffer.Length, _come.Length - _taken);
        _come.AsSpan(_taken, count).CopyTo(buffer.Span);
        _taken += count;
        return count;
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        using var ended = await Http.DeleteAsync(_url, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Or the relay keeps the connection until its timeout.
            await FinishAsync(CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // The relay ended it, or itself.
        }
    }
}
