using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>What somebody can do who never pauses: have a share of the threads, and leave others theirs.</summary>
public sealed class StarvationAttackTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Connections_that_always_have_something_to_read_keep_no_thread_that_others_wait_for()
    {
        // As many threads as a small machine begins with. The pool would grow, by one or two a second, and hide what happens until then.
        await using var relay = await ServerProcess.StartWithThreads(2, "RegistrationTimeout=00:01:00");
        var strangers = new List<Stranger>();
        for (var i = 0; i < 8; i++)
        {
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);
            Assert.Equal(101, (await stranger.AskForWebSocket()).Status);
            await stranger.SayHello("messagepack");
        }

        using var enough = new CancellationTokenSource();
        var pinging = strangers.Select(stranger => Task.Run(() => stranger.PingWithoutPause(enough.Token))).ToArray();
        var before = relay.Exchanged;
        await Eventually.Is("messages of others come through", () => relay.Exchanged >= before + 20);
        await using (var carol = new RawPeer(relay.Url))
            await carol.Enter("carol");

        Assert.DoesNotContain(pinging, one => one.IsCompleted);
        await enough.CancelAsync();
        await Task.WhenAll(pinging);
        foreach (var stranger in strangers)
            stranger.Dispose();
        await relay.EndTalk();
        output.WriteLine($"{strangers.Count} connections that ping without a pause, 2 threads: {relay.Exchanged} messages of others, the slowest took {relay.Slowest.TotalMilliseconds:0} ms");
    }
}
