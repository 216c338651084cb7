using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using Relay.Hub.Observability;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>What somebody can do who never registers, or does nothing else: a bounded number of places, and nobody else notices.</summary>
public sealed class ConnectionAttackTests(ITestOutputHelper output)
{
    // What a process keeps of such a burst: hardly any of it is the connections', and most the collector's. None of it becomes more with a larger attack.
    private const int MoreMegabytes = 128;

    // Of the runtime's own, not of a connection.
    private const int MoreHandles = 8;

    private static readonly ParallelOptions AtOnce = new() { MaxDegreeOfParallelism = 32 };

    [Fact]
    public async Task Connections_that_never_register_get_a_bounded_number_of_places_and_are_closed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        var attackers = AttackSize.Of(500, 5000);
        var places = attackers / 5;
        await using var relay = await ServerProcess.Start($"MaxUnregisteredConnections={places}", "RegistrationTimeout=00:00:05");
        var (memory, handles) = (relay.Megabytes, relay.Handles);
        var start = TimeProvider.System.GetTimestamp();
        var strangers = new ConcurrentBag<Stranger>();
        var answers = new ConcurrentDictionary<int, int>();

        await Parallel.ForEachAsync(Enumerable.Range(0, attackers), AtOnce, async (i, _) =>
        {
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);
            var (status, answer) = await stranger.AskForWebSocket();
            answers.AddOrUpdate(status, 1, (_, count) => count + 1);

            // Every other one gets as far as the hub, and is silent there.
            if (status == 101 && i % 2 == 0)
                await stranger.SayHello();
            if (status == 503)
                Assert.Contains($"Relay-Error: {(int)ErrorCode.ServerFull} ", answer, StringComparison.Ordinal);
        });
        var peak = relay.Megabytes;
        var took = TimeProvider.System.GetElapsedTime(start);

        // Nobody leaves by themselves: a place is free again when its five seconds are over, and not earlier. The two who behave negotiated, which took a
        // place each; and whoever looks at the same moment finds the last one free.
        Assert.Equal(attackers, answers.GetValueOrDefault(101) + answers.GetValueOrDefault(503));
        Assert.InRange(answers.GetValueOrDefault(101), places - 2, (places + AtOnce.MaxDegreeOfParallelism) * (1 + Math.Floor(took / TimeSpan.FromSeconds(4.9))));
        Assert.InRange(peak - memory, double.NegativeInfinity, MoreMegabytes);
        await Task.WhenAll(strangers.Select(stranger => stranger.UntilClosed())).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        foreach (var stranger in strangers)
            stranger.Dispose();
        await using (var carol = new RawPeer(relay.Url))
            await carol.Enter("carol");

        await relay.EndTalk();
        Assert.InRange(relay.Megabytes - memory, double.NegativeInfinity, MoreMegabytes);
        await Eventually.Is("the sockets are closed", () => relay.Handles <= handles + MoreHandles);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{attackers} connections that never register, {places} places: {answers.GetValueOrDefault(101)} admitted, {answers.GetValueOrDefault(503)} refused; " +
            $"memory {memory:0} MB before, {peak:0} MB at the peak, {relay.Megabytes:0} MB after; handles {handles} before, {relay.Handles} after; " +
            $"{relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    [Fact]
    public async Task Requests_that_never_end_are_closed_and_others_are_served_meanwhile()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        var attackers = AttackSize.Of(300, 5000);
        await using var relay = await ServerProcess.Start("RegistrationTimeout=00:00:05");
        var memory = relay.Megabytes;
        var start = TimeProvider.System.GetTimestamp();
        var strangers = new ConcurrentBag<Stranger>();

        await Parallel.ForEachAsync(Enumerable.Range(0, attackers), AtOnce, async (_, _) =>
        {
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);
            await stranger.Write(Stranger.Upgrade());
        });
        var dripping = DripAsync(strangers);
        var peak = relay.Megabytes;
        await using (var carol = new RawPeer(relay.Url))
            await carol.Enter("carol");

        await Task.WhenAll(strangers.Select(stranger => stranger.UntilClosed())).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        var closed = TimeProvider.System.GetElapsedTime(start);
        await dripping;
        foreach (var stranger in strangers)
            stranger.Dispose();

        await relay.EndTalk();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{attackers} requests that never end: all closed after {closed.TotalSeconds:0.0} s; memory {memory:0} MB before, {peak:0} MB at the peak, " +
            $"{relay.Megabytes:0} MB after; {relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_frame_that_comes_byte_by_byte_takes_hardly_more_memory_than_it_has_bytes(bool json)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        var pieces = AttackSize.Of(100_000, 500_000);
        await using var relay = await ServerProcess.Start("RegistrationTimeout=00:01:00");
        var memory = relay.Megabytes;
        var start = TimeProvider.System.GetTimestamp();
        using var stranger = await Stranger.Connect(relay.Url);
        await stranger.AskForWebSocket();
        await stranger.SayHello(json ? "json" : "messagepack");

        // At its end the frame is none, and the connection is closed.
        await stranger.SayByteByByte(json ? [.. Enumerable.Repeat((byte)'x', pieces), 0x1e] : [.. Stranger.LengthOf(pieces), .. new byte[pieces]]);
        var said = await stranger.UntilClosed().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        // Or the relay would not have come to its end in all the time there is to register.
        Assert.Contains("no whole SignalR message", said, StringComparison.Ordinal);

        // A piece of memory for each of the bytes would be 400 MB at least.
        Assert.InRange(relay.PeakMegabytes - memory, 0, 150);
        await relay.EndTalk();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(json ? "JSON" : "MessagePack")}, {pieces} messages of one byte each that are one frame: read in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s; " +
            $"memory {memory:0} MB before, {relay.PeakMegabytes:0} MB at the peak; {relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    [Fact]
    public async Task Sockets_that_say_nothing_are_bounded_and_the_log_says_by_which_settings_once_for_many()
    {
        await using var relay = RelayApp.OnSockets(("MaxPeers", "1"), ("MaxUnregisteredConnections", "1"));
        var strangers = new List<Stranger>();
        for (var i = 0; i < 13; i++)
            strangers.Add(await Stranger.Connect(relay.Url));

        // Twice one peer and one that has not registered: three stay, ten are closed, in whatever order they were accepted.
        await Eventually.Is("ten are closed", () => strangers.Count(stranger => stranger.IsClosed) == 10);

        var line = Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 4031);
        Assert.Contains("3 are open", line.Message, StringComparison.Ordinal);
        Assert.Contains("Relay:MaxPeers and Relay:MaxUnregisteredConnections", line.Message, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", line.Message, StringComparison.Ordinal);

        foreach (var stranger in strangers)
            stranger.Dispose();
        await Eventually.Is("there is room again", () => IsLetInAsync().GetAwaiter().GetResult());

        async Task<bool> IsLetInAsync()
        {
            using var stranger = await Stranger.Connect(relay.Url);
            try
            {
                return await stranger.AskForWebSocket() is (101, _);
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_storm_of_registrations_from_one_address_is_let_through_at_its_rate()
    {
        var attempts = AttackSize.Of(1000, 10_000);
        await using var relay = RelayApp.OnSockets(
            ("TrustedProxies:0", "127.0.0.1"), ("MaxUnregisteredConnectionsPerAddress", "1000"), ("MaxConnectionsPerAddress", "1000"));
        var (registered, refused) = (0, 0);
        var start = TimeProvider.System.GetTimestamp();

        await Parallel.ForEachAsync(Enumerable.Range(0, attempts), AtOnce, async (_, _) =>
        {
            using var key = PeerKey.Generate();
            await using var stranger = new RawPeer(relay.Url, http =>
            {
                WebSocketAtOnce(http);
                http.Headers["X-Forwarded-For"] = "203.0.113.9";
            });
            try
            {
                await stranger.Enter(key);
                Interlocked.Increment(ref registered);
            }
            catch (WebSocketException failure) when (failure.Message.Contains("429", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref refused);
            }
        });
        var took = TimeProvider.System.GetElapsedTime(start);

        Assert.Equal(attempts, registered + refused);
        Assert.InRange(registered, 600, 600 + (10 * took.TotalSeconds) + 1);
        Assert.Equal(registered, relay.Services.GetRequiredService<RelayStatus>().Read().Registrations);
        output.WriteLine($"{attempts} connections in {took.TotalSeconds:0.0} s: {registered} let through and registered, each with a key of its own");
    }

    [Fact]
    public async Task Two_clients_that_fight_for_a_PeerId_are_slowed_down_and_get_everything_once_and_in_order()
    {
        var lasting = TimeSpan.FromSeconds(AttackSize.Of(3, 30));
        await using var relay = RelayApp.OnSockets(("RegistrationsPerPeerPerMinute", "60"));
        var alice = await relay.Enter("alice");
        var start = TimeProvider.System.GetTimestamp();
        var received = new ConcurrentDictionary<string, bool>();
        var fought = new ConcurrentBag<RawPeer>();
        var (registered, refused, sent) = (0, 0, 0);

        var fighters = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (TimeProvider.System.GetElapsedTime(start) < lasting)
            {
                await using var bob = new RawPeer(relay.Url, WebSocketAtOnce);
                await bob.Connect();
                await bob.Register("bob");
                await Eventually.Is("there is an answer", () => bob.Told.Count > 0);
                if (bob.Told[0] is RelayError error)
                {
                    Assert.Equal((int)ErrorCode.RateLimited, error.Code);
                    Interlocked.Increment(ref refused);
                    continue;
                }

                Interlocked.Increment(ref registered);
                fought.Add(bob);
                while (!bob.IsClosed && bob.All<Replaced>().Count == 0 && TimeProvider.System.GetElapsedTime(start) < lasting)
                {
                    // As a client does: what its application has it acknowledges, and nothing else. Or a window would be all they ever see.
                    var position = bob.Position;
                    foreach (var text in bob.Texts)
                        received.TryAdd(text, true);

                    // It may be closed by now: then the acknowledgement is not meant any more.
                    if (position > 0)
                        await bob.Acknowledge(position).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
                }
            }
        })).ToArray();
        while (!fighters.All(fighter => fighter.IsCompleted))
        {
            await alice.Send("bob", $"{++sent}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await Task.WhenAll(fighters);
        var took = TimeProvider.System.GetElapsedTime(start);

        Assert.InRange(registered, 2, 60 + took.TotalSeconds + 1);
        await Eventually.Is("bob may come in again", () => TimeProvider.System.GetElapsedTime(start) > took + TimeSpan.FromSeconds(1.1));
        var peaceful = await relay.NewPeer().Enter("bob");
        await Eventually.Is("every message has come to one of them", () => Enumerable.Range(1, sent).All(
            number => received.ContainsKey($"{number}") || peaceful.Texts.Contains($"{number}")));
        Assert.Empty(alice.All<Dropped>());

        // Each gets what nobody before it has acknowledged, from the first such message on, and none of it twice.
        Assert.All(fought.Append(peaceful), bob => Assert.Equal(
            Enumerable.Range(1, bob.Texts.Count).Select(number => $"{bob.All<Registered>()[0].Sequence + number}"), bob.Texts));
        output.WriteLine($"two fighters in {took.TotalSeconds:0.0} s: {registered} registrations, {refused} refused; {sent} messages for them, none lost");
    }

    [Fact]
    public async Task A_proof_that_was_overheard_is_refused_however_often_it_is_tried()
    {
        var attempts = AttackSize.Of(100, 2000);
        await using var relay = RelayApp.OnSockets();
        var key = TestPeers.Key("alice");
        var alice = relay.NewPeer();
        await alice.Connect();
        var overheard = await alice.Prove(key);
        await alice.Register(overheard);
        await alice.Sees<Registered>();
        var refused = 0;
        var start = TimeProvider.System.GetTimestamp();

        await Parallel.ForEachAsync(Enumerable.Range(0, attempts), AtOnce, async (_, _) =>
        {
            await using var thief = new RawPeer(relay.Url, WebSocketAtOnce);
            await thief.Connect();
            await thief.Register(overheard);
            await thief.SeesError(ErrorCode.ProofRefused);
            Interlocked.Increment(ref refused);
        });

        Assert.Equal(attempts, refused);
        await alice.Send(key.PeerId.Value, "still mine");
        await alice.SeesTexts("still mine");
        output.WriteLine($"{attempts} replays of a proof in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:0.0} s: all refused");
    }

    [Fact]
    public async Task Peers_that_never_read_and_never_ping_get_no_more_memory_than_there_is_for_mailboxes_and_are_cut_off()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        const int each = 60;
        var deaf = AttackSize.Of(50, 500);
        var budget = AttackSize.Of(32 << 20, 256 << 20);

        // What docs/operating.md says to give to a relay with this budget. The largest window: no smaller limit of a connection's is in the way.
        var limit = (3L * budget) + (128 << 20);
        await using var relay = await ServerProcess.StartLimited(limit, $"MailboxesBytes={budget}", "DeliveryWindowBytes=67108864");
        var memory = relay.Megabytes;
        var strangers = new List<Stranger>();
        for (var i = 0; i < deaf; i++)
            strangers.Add(await Stranger.EnterDeaf(relay.Url, $"deaf-{i}"));

        await Eventually.Is("they are registered", () => relay.Peers().GetAwaiter().GetResult() == deaf + 2);
        var (accepted, refused, held) = (0L, 0L, 0L);
        await Parallel.ForEachAsync(Enumerable.Range(0, deaf), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            await using var mallory = await new RawPeer(relay.Url).Enter($"mallory-{i}");
            for (var sent = 1; sent <= each; sent++)
            {
                await mallory.Send($"deaf-{i}", new byte[65_536]);

                // As much at once as the relay lets anybody have without an answer.
                if (sent % 10 == 0)
                    await Eventually.Is("there are answers", () => mallory.AnsweredYes.Count + mallory.All<RelayError>().Count == sent);
            }

            Interlocked.Add(ref accepted, mallory.AnsweredYes.Count);
            Interlocked.Add(ref refused, mallory.All<RelayError>().Count);
            var now = await relay.MailboxBytes();
            lock (relay)
                held = Math.Max(held, now);
        });

        await Eventually.Is("they are cut off", () => relay.Peers().GetAwaiter().GetResult() == 2);
        Assert.Equal(deaf * each, accepted + refused);
        Assert.InRange(held, budget / 2, budget);
        Assert.True(relay.PeakMegabytes * 1e6 < limit, $"The process had {relay.PeakMegabytes:0} MB of memory, more than the {limit / 1e6:0} MB that the documentation says are enough.");
        foreach (var stranger in strangers)
            stranger.Dispose();
        await relay.EndTalk();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{deaf} peers that never read, {each} messages of 64 KiB to each: {accepted} accepted, {refused} refused; budget {budget / 1e6:0} MB, held {held / 1e6:0} MB at the peak, " +
            $"memory {memory:0} MB before, {relay.PeakMegabytes:0} MB at the peak, limit {limit / 1e6:0} MB; {relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    private static void WebSocketAtOnce(HttpConnectionOptions http) => (http.Transports, http.SkipNegotiation) = (HttpTransportType.WebSockets, true);

    /// <summary>A header line now and then, for as long as they let it.</summary>
    private static async Task DripAsync(IReadOnlyCollection<Stranger> strangers)
    {
        for (var line = 0; line < 24; line++)
        {
            await Task.WhenAll(strangers.Select(stranger => stranger.Write($"X-Line-{line}: x\r\n"))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
