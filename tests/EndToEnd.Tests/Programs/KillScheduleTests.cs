using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Everybody is killed, in an order nobody thought of.</summary>
public sealed class KillScheduleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Relay_sender_and_listener_are_killed_in_any_order_and_every_line_arrives_once(int seed)
    {
        var chance = new Random(seed);
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        var senders = new List<ProgramProcess> { people.StartSending("--wait") };
        var written = 0;

        // Each of them twice, in an order the seed decides.
        string[] victims = ["relay", "sender", "listener", "relay", "sender", "listener"];
        chance.Shuffle(victims);
        foreach (var victim in victims)
        {
            var lines = chance.Next(100, 300);
            var heard = bob.Count;
            var feeding = TwoPeople.FeedAsync(senders[^1], TwoPeople.Numbers(written + 1, written += lines));
            await bob.HearsAsync(heard + chance.Next(lines / 2));
            switch (victim)
            {
                case "relay":
                    await people.Relay.KillAsync();
                    await people.Relay.StartAgainAsync();
                    break;
                case "listener":
                    await bob.KillAsync();
                    bob.Start();
                    break;
                default:
                    senders[^1].Kill();
                    await senders[^1].WaitForExitAsync();
                    senders.Add(people.StartSending("--wait"));
                    break;
            }

            await feeding;
        }

        await senders[^1].WriteLineAsync("the last");
        senders[^1].CloseInput();

        Assert.True(await senders[^1].WaitForExitAsync() == 0, senders[^1].Story());
        await bob.HearsAsync("the last");
        var stored = people.Alice.Written();
        Assert.Equal(stored.Distinct(), stored);
        Assert.Equal(stored, bob.Heard());
        Assert.Equal(stored, people.Bob.Received());
        Assert.Empty(people.Alice.Outstanding());
        Assert.Empty(people.Bob.Notices());
        foreach (var sender in senders)
            await sender.DisposeAsync();
    }
}
