using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Server;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>A server that behaves as a relay for a while, and then as none.</summary>
/// <param name="marks">Which groups of frames the clients have read: see <see cref="Marks"/>.</param>
internal sealed class HostileRelay(int seed, FrameCount count, Marks marks) : IAsyncDisposable
{
    private static readonly ValidFrames Corpus = ValidFrames.OfRelay("epoch");
    private static readonly int[] AbsurdLimits = [0, -1, 1, int.MaxValue, int.MinValue];
    private static readonly int[] Statuses = [200, 204, 301, 400, 401, 403, 404, 429, 500, 502, 503];

    private WebApplication? _app;
    private long _requests;

    public Uri Url => new(_app!.Urls.Single());

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
        Interlocked.Increment(ref _requests);
        var dice = new Dice(seed, count.NextConnection());
        if (!http.WebSockets.IsWebSocketRequest || (!IsQuiet && dice.OneIn(40)))
        {
            Refuse(http, dice);
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        using var connection = new HostileConnection(socket);
        try
        {
            await ServeAsync(connection, dice);
        }
        catch (Exception over) when (over is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The client has closed, as it should.
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

    private async Task ServeAsync(HostileConnection connection, Dice dice)
    {
        await connection.ReadAsync();
        if (!IsQuiet && dice.OneIn(30))
        {
            await connection.SendAsync(Handshakes.MutatedAnswer(dice));
            count.Read(Kind.Handshake);
            return;
        }

        await connection.SendAsync(Handshakes.Answer);
        connection.ReadOn();
        var mutator = new Mutator(Corpus, dice);
        if (!IsQuiet && dice.OneIn(20))
        {
            // Something else than the challenge, or the answer to the registration.
            var frames = Enumerable.Range(0, dice.Between(1, 30)).Select(_ => mutator.Next()).ToArray();
            await connection.SendAsync(frames.SelectMany(frame => frame.Bytes).ToArray());
            count.Read(frames[0].Kind);
        }

        await SendAsync(connection, nameof(IRelayClient.Challenge), new Challenge { ProtocolVersion = 1, Key = dice.Bytes(32), Nonce = dice.Bytes(32), Epoch = "epoch" });
        if (!IsQuiet && dice.OneIn(60))
        {
            await connection.ClosedAsync();
            return;
        }

        await SendAsync(connection, nameof(IRelayClient.Registered), new Registered
        {
            ProtocolVersion = 1,
            Epoch = dice.OneIn(3) ? $"epoch-{dice.Below(1000)}" : "epoch",
            Sequence = dice.OneIn(4) ? dice.Edge() : 0,
            Limits = dice.OneIn(6) ? Absurd(dice) : ValidFrames.Limits,
        });
        while (!IsQuiet && !count.IsEnough)
        {
            if (!await SendGroupAsync(connection, mutator, dice))
                return;
        }

        await connection.ClosedAsync();
    }

    /// <returns>False when the connection is over.</returns>
    private async Task<bool> SendGroupAsync(HostileConnection connection, Mutator mutator, Dice dice)
    {
        var frames = new List<Frame>();
        Frame? last = null;
        for (var size = dice.Between(1, 96); last is null && frames.Count < size;)
        {
            var next = mutator.Next();
            if (next.BreaksFraming)
                last = next;
            else
                frames.Add(next);
        }

        var mark = marks.Next();
        await connection.SendAsync((byte[])[.. frames.SelectMany(frame => frame.Bytes), .. Marks.FrameOf(mark)]);
        if (!await marks.IsReadAsync(mark, connection.Closed))
        {
            count.Closed(frames);
            return false;
        }

        count.Read(frames);
        if (last is not { } breaking)
            return true;

        await connection.SendAsync(breaking.Bytes);
        await connection.CloseAsync();
        count.Read(breaking.Kind);
        return false;
    }

    private static Task SendAsync(HostileConnection connection, string callback, object argument) =>
        connection.SendAsync(ValidFrames.Write(Encoding.MessagePack, ValidFrames.Call(callback, argument)));

    private static RelayLimits Absurd(Dice dice)
    {
        int One() => dice.OneIn(3) ? dice.Of(AbsurdLimits) : 256;
        return new RelayLimits
        {
            MaxPayloadBytes = One(),
            SendWindowMessages = One(),
            SendWindowBytes = One(),
            MaxBatchMessages = One(),
            MaxBatchBytes = One(),
            DeliveryWindowMessages = One(),
            DeliveryWindowBytes = One(),
        };
    }
}
