using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>What somebody gains who writes what the relay does not read yet, or does not read what the relay writes.</summary>
public sealed class UnreadAttackTests(ITestOutputHelper output)
{
    // A block of Kestrel's memory is read whole before it looks whether that was too much.
    private const int Most = SocketLimits.Unread + (64 << 10);

    [Fact]
    public async Task Behind_a_poll_that_waits_128_KiB_of_a_socket_are_taken_and_the_rest_stays_with_its_sender()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the queues of sockets from /proc.");

        // Each has some 4 MB in the kernel, which gives all sockets of the machine together some 2 GB.
        var pollers = AttackSize.Of(20, 200);
        await using var relay = await ServerProcess.Start("RegistrationTimeout=00:01:00", "MaxUnregisteredConnections=10000");
        using var http = new HttpClient();
        var memory = relay.Megabytes;
        var requests = new byte[4 << 20];
        "GET /"u8.CopyTo(requests);
        requests.AsSpan(5).Fill((byte)'a');
        var strangers = new List<Stranger>();
        for (var i = 0; i < pollers; i++)
        {
            using var negotiated = await http.PostAsync(new Uri($"{relay.Url}/negotiate?negotiateVersion=1"), null, TestContext.Current.CancellationToken);
            var poll = $"GET /relay?id={(await negotiated.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["connectionToken"]} HTTP/1.1\r\nHost: localhost\r\n\r\n";
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);

            // The first is answered at once, the second when there is something to say.
            Assert.Equal(200, await stranger.Ask(poll));
            await stranger.Write(poll);
        }

        var written = new long[pollers];
        long[] taken = [];
        var (alike, before) = (0, 0L);
        await Eventually.Is("no more is taken", () =>
        {
            for (var i = 0; i < pollers; i++)
                written[i] += strangers[i].Pour(requests.AsSpan(0, (int)Math.Min(requests.Length - written[i], 256 << 10)));
            var queued = Queued(relay.Url.Port);
            taken = [.. written.Select((bytes, i) => bytes - queued.GetValueOrDefault(strangers[i].Port))];
            (alike, before) = taken.Sum() == before ? (alike + 1, before) : (0, taken.Sum());
            return alike == 20;
        });

        // All have more to say, so it was the relay that stopped.
        Assert.All(strangers, stranger => Assert.True(Queued(relay.Url.Port).GetValueOrDefault(stranger.Port) > 0));
        Assert.All(taken, bytes => Assert.InRange(bytes, SocketLimits.Unread / 2, Most));
        Assert.InRange(relay.Megabytes - memory, double.NegativeInfinity, 64 + (pollers * 0.25));
        await relay.EndTalk();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{pollers} sockets with requests behind a poll: {taken.Average() / 1024:0} KiB taken of each, {written.Average() / 1024:0} written; memory {memory:0} MB before, {relay.Megabytes:0} MB then; " +
            $"{relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
        foreach (var stranger in strangers)
            stranger.Dispose();
    }

    [Fact]
    public async Task Peers_that_ping_and_never_read_are_cut_off_once_a_write_has_waited_ten_seconds_and_what_was_for_them_waits()
    {
        const int each = 200;
        var deaf = AttackSize.Of(3, 20);

        // More than the buffers of both sockets take, or the relay would never have to wait.
        await using var relay = await ServerProcess.Start("DeliveryWindowBytes=67108864");
        var strangers = new List<Stranger>();
        for (var i = 0; i < deaf; i++)
            strangers.Add(await Stranger.EnterDeaf(relay.Url, $"deaf-{i}"));

        await Eventually.Is("they are registered", () => relay.Peers().GetAwaiter().GetResult() == deaf + 2);
        using var enough = new CancellationTokenSource();
        var pinging = strangers.Select(stranger => PingUntil(stranger, enough.Token)).ToArray();
        await Parallel.ForEachAsync(Enumerable.Range(0, deaf), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            await using var mallory = await new RawPeer(relay.Url).Enter($"mallory-{i}");
            for (var sent = 1; sent <= each; sent++)
            {
                await mallory.Send($"deaf-{i}", new byte[65_536]);
                if (sent % 10 == 0)
                    await mallory.SeesAnswers(sent);
            }
        });

        var line = await relay.Logs("(TooManyUnreadAnswers)");
        Assert.Contains("for 00:00:10", line, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", line, StringComparison.Ordinal);
        await Eventually.Is("they are gone", () => relay.Peers().GetAwaiter().GetResult() == 2);
        await enough.CancelAsync();
        await Task.WhenAll(pinging);
        await relay.EndTalk();
        await using var again = await new RawPeer(relay.Url).Enter("deaf-0");
        await again.SeesMessages(each);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{deaf} peers that ping and do not read, {each} messages of 64 KiB for each: cut off; {relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
        foreach (var stranger in strangers)
            stranger.Dispose();
    }

    private static async Task PingUntil(Stranger stranger, CancellationToken enough)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                await stranger.Ping();
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, enough);
            }
        }
        catch (Exception ended) when (ended is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            // It was cut off, or it is enough.
        }
    }

    /// <summary>By the port of the client: the bytes it has written that the program behind the other port has not read.</summary>
    private static Dictionary<int, long> Queued(int port)
    {
        var queued = new Dictionary<int, long>();
        foreach (var file in new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists))
        {
            foreach (var fields in File.ReadLines(file).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                var (local, remote) = (Hex(fields[1].Split(':')[1]), Hex(fields[2].Split(':')[1]));
                if (remote == port)
                    Add(local, Hex(fields[4].Split(':')[0]));
                else if (local == port)
                    Add(remote, Hex(fields[4].Split(':')[1]));
            }
        }

        return queued;

        void Add(long client, long bytes) => queued[(int)client] = queued.GetValueOrDefault((int)client) + bytes;
        static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
