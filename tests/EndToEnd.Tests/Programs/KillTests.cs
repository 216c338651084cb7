namespace EndToEnd.Tests.Programs;

/// <summary>Whoever is killed in the middle of a burst: every line that was stored arrives, once, in order.</summary>
public sealed class KillTests
{
    private const int Burst = 1000;

    [Fact]
    public async Task A_listener_that_is_killed_again_and_again_gets_every_line_once_and_in_order()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var alice = await people.SendLinesAsync(TwoPeople.Numbers(1, Burst), "--wait");

        foreach (var count in new[] { 100, 350, 600 })
        {
            await bob.HearsAsync(count);
            await bob.KillAsync();
            bob.Start();
        }

        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
        await bob.HearsAsync($"{Burst}");
        Assert.Equal(TwoPeople.Numbers(1, Burst), bob.Heard());
        Assert.Equal(TwoPeople.Numbers(1, Burst), people.Bob.Received());
        Assert.Empty(people.Bob.Notices());
    }

    [Fact]
    public async Task What_a_killed_sender_had_stored_goes_out_when_it_runs_next()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var killed = people.StartSending("--wait");
        var feeding = TwoPeople.FeedAsync(killed, TwoPeople.Numbers(1, Burst));
        await bob.HearsAsync(300);
        killed.Kill();
        await killed.WaitForExitAsync();
        await feeding;
        var stored = people.Alice.Written();
        Assert.InRange(stored.Count, 300, Burst);
        Assert.Equal(TwoPeople.Numbers(1, stored.Count), stored);

        await using var alice = people.Alice.Start("send", "bob", "--wait", "the last");

        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
        await bob.HearsAsync("the last");
        Assert.Equal([.. stored, "the last"], bob.Heard());
        Assert.Empty(people.Alice.Outstanding());
    }

    [Fact]
    public async Task A_relay_that_is_killed_and_comes_back_loses_nothing_and_doubles_nothing()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var alice = await people.SendLinesAsync(TwoPeople.Numbers(1, Burst), "--wait");

        foreach (var count in new[] { 100, 500 })
        {
            await bob.HearsAsync(count);
            await people.Relay.KillAsync();
            await people.Relay.StartAgainAsync();
        }

        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
        await bob.HearsAsync($"{Burst}");
        Assert.Equal(TwoPeople.Numbers(1, Burst), bob.Heard());
        Assert.Empty(people.Bob.Notices());
    }

    [Fact]
    public async Task What_a_killed_relay_had_for_somebody_away_is_sent_again_before_send_says_that_all_is_delivered()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using (var accepted = await people.SendLinesAsync(TwoPeople.Numbers(1, 300)))
            Assert.True(await accepted.WaitForExitAsync() == 0, accepted.Story());
        await people.Relay.KillAsync();
        await people.Relay.StartAgainAsync();
        await using var bob = await Listener.StartAsync(people.Bob);

        await people.Alice.RunAsync("send", "bob", "--wait", "301");

        // Nobody of Alice's is online any more, and Bob shows nothing before what comes before it.
        await bob.HearsAsync("301");
        Assert.Equal(TwoPeople.Numbers(1, 301), bob.Heard());
        Assert.Empty(people.Alice.Outstanding());
    }
}
