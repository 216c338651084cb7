using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>SIGTERM while the relay is under attack: those who behave are told, have what was accepted, and nobody holds up the end.</summary>
public sealed class DrainAttackTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_relay_that_is_told_to_stop_under_attack_ends_in_its_time_and_nothing_accepted_is_lost()
    {
        await using var relay = await ServerProcess.Start("DrainTimeout=00:00:02");
        await relay.EndTalk();
        var strangers = new List<Stranger>();
        using var enough = new CancellationTokenSource();
        List<Task> hostile = [];
        for (var i = 0; i < AttackSize.Of(20, 300); i++)
        {
            // A request that never ends, and a WebSocket on which nothing comes.
            await (await New()).Write("GET /");
            await (await New()).AskForWebSocket();
        }

        for (var i = 0; i < AttackSize.Of(4, 20); i++)
        {
            // Answers that nobody reads, pings without a pause, and a registration that is deaf.
            var unread = await New();
            hostile.Add(unread.Write(string.Concat(Enumerable.Repeat("GET /status.js HTTP/1.1\r\nHost: localhost\r\n\r\n", 3000))));
            var pings = await New();
            await pings.AskForWebSocket();
            await pings.SayHello("messagepack");
            hostile.Add(Task.Run(() => pings.PingWithoutPause(enough.Token), TestContext.Current.CancellationToken));
            strangers.Add(await Stranger.EnterDeaf(relay.Url, $"deaf-{i}"));
        }

        await using var alice = await new RawPeer(relay.Url).Enter("carol");
        await using var bob = await new RawPeer(relay.Url).Enter("dave");
        var reading = Task.Run(async () =>
        {
            for (var had = 0L; !bob.IsClosed; await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System))
            {
                if (bob.Position is var now && now > had)
                    await bob.Acknowledge(had = now).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }, TestContext.Current.CancellationToken);
        var writing = Task.Run(async () =>
        {
            for (var number = 1; !alice.IsClosed; number++)
            {
                await ((Task)alice.Send("dave", $"{number}")).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        }, TestContext.Current.CancellationToken);
        await Eventually.Is("messages go from one to the other", () => bob.Delivered.Count > 100);

        var start = TimeProvider.System.GetTimestamp();
        relay.Terminate();

        // Sooner than the host would give up by itself, after 30 s: nobody can connect meanwhile.
        Assert.Equal(0, await relay.HasEnded().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken));
        var took = TimeProvider.System.GetElapsedTime(start);
        await Task.WhenAll(reading, writing);
        Assert.Single(alice.All<Draining>());
        Assert.Single(bob.All<Draining>());
        Assert.Equal(Enumerable.Range(1, bob.Texts.Count).Select(number => $"{number}"), bob.Texts);
        Assert.InRange(alice.AnsweredYes.Max(), 1, bob.Texts.Count);
        await enough.CancelAsync();
        foreach (var stranger in strangers)
            stranger.Dispose();
        await Task.WhenAll(hostile).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        output.WriteLine($"SIGTERM with {strangers.Count} hostile sockets: ended after {took.TotalSeconds:0.0} s, {alice.AnsweredYes.Count} accepted, {bob.Texts.Count} delivered");

        async Task<Stranger> New()
        {
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);
            return stranger;
        }
    }
}
