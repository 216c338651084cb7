using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Server;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>A server that behaves as a relay for a while, and then as none.</summary>
/// <param name="marks">Which groups of frames the clients have read: see <see cref="Marks"/>.</param>
/// <param name="found">What a client did that none should.</param>
internal sealed partial class HostileRelay(int seed, FrameCount count, Marks marks, Action<string> found) : IAsyncDisposable
{
    private static readonly int[] Statuses = [200, 204, 301, 400, 401, 403, 404, 429, 500, 502, 503];

    private const string Untaken = "/untaken";

    private readonly ConcurrentDictionary<string, HostilePolling> _polling = new(StringComparer.Ordinal);
    private WebApplication? _app;
    private long _requests;

    public Uri Url => new(_app!.Urls.Single());

    /// <summary>Where an application dials that takes nothing until the end, and waits long for its connection: it gets floods more often, and a handshake without an end.</summary>
    public Uri UrlOfUntaken => new(Url, Untaken);

    /// <summary>What was asked of it so far, connections and refused ones.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Whether it only keeps its connections open from here on.</summary>
    public bool IsQuiet { get; set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Query.TryGetValue("id", out var id))
        {
            await AnswerPollingAsync(http, id.ToString());
            return;
        }

        Interlocked.Increment(ref _requests);
        var isUntaken = http.Request.Path.StartsWithSegments(Untaken, StringComparison.Ordinal);
        var dice = new Dice(seed, count.NextConnection());
        if (!IsQuiet && dice.OneIn(400))
        {
            // No answer at all: the client has to give up by itself.
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (http.WebSockets.IsWebSocketRequest && (IsQuiet || !dice.OneIn(20)))
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            using var connection = new HostileSocket(socket, new ClientSpeech(found));
            await ServeAsync(connection, dice, isUntaken);
        }
        else if (http.Request.Path.Value!.EndsWith("/negotiate", StringComparison.Ordinal) && (IsQuiet || dice.OneIn(2)))
        {
            await NegotiateAsync(http, dice, isUntaken);
        }
        else
        {
            Refuse(http, dice);
        }
    }

    private async Task NegotiateAsync(HttpContext http, Dice dice, bool isUntaken)
    {
        var id = Guid.NewGuid().ToString();
        _polling[id] = new HostilePolling(new ClientSpeech(found));
        _ = ServePollingAsync(id, dice, isUntaken);
        await http.Response.WriteAsync(
            $$"""{"negotiateVersion":1,"connectionId":"{{id}}","connectionToken":"{{id}}","availableTransports":[{"transport":"LongPolling","transferFormats":["Text","Binary"]}]}""");
    }

    private async Task ServePollingAsync(string id, Dice dice, bool isUntaken)
    {
        await ServeAsync(_polling[id], dice, isUntaken);
        _polling.TryRemove(id, out var connection);
        connection!.Dispose();
    }

    private async Task AnswerPollingAsync(HttpContext http, string id)
    {
        if (!_polling.TryGetValue(id, out var connection))
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else if (HttpMethods.IsGet(http.Request.Method))
            await connection.AnswerAsync(http);
        else if (HttpMethods.IsPost(http.Request.Method))
            await connection.HearAsync(http);
        else
            connection.Dispose();
    }

    private async Task ServeAsync(HostileConnection connection, Dice dice, bool isUntaken)
    {
        try
        {
            await BehaveAsync(connection, dice, isUntaken);
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The client has closed, as it should.
        }
        catch (TimeoutException stuck)
        {
            found($"a client neither read what it was sent nor closed: {stuck.StackTrace}");
        }
    }

    private void Refuse(HttpContext http, Dice dice)
    {
        http.Response.StatusCode = dice.Of(Statuses);
        if (dice.OneIn(2))
            http.Response.Headers.RetryAfter = dice.OneIn(4) ? dice.Edge().ToString(CultureInfo.InvariantCulture) : "0";
        if (dice.OneIn(2))
            http.Response.Headers["Relay-Error"] = dice.OneIn(2) ? $"{dice.Edge()} absurd" : "105 ";
        count.Read(Kind.Upgrade);
    }
}
