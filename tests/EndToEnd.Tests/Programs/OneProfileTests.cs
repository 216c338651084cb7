using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Two processes with one profile: one is online, the other leaves the network to it.</summary>
public sealed class OneProfileTests
{
    [Fact]
    public async Task Send_hands_its_message_to_the_process_that_is_online_and_hears_what_becomes_of_it()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var online = await Listener.StartAsync(people.Alice);

        await using var alice = people.Alice.Start("send", "bob", "--wait", "by way of the other");

        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
        await bob.HearsAsync("by way of the other");
        await people.Bob.RunAsync("send", people.AliceId, "and back");
        await online.HearsAsync("and back");

        // Nobody took over anybody's connection.
        Assert.All([online, bob], listener => Assert.Single(listener.Process.Output.Lines, line => line.Contains("\"event\":\"connected\"", StringComparison.Ordinal)));
        Assert.All([online, bob], listener => Assert.False(listener.Process.HasExited));
    }

    [Fact]
    public async Task A_second_listener_says_that_another_is_online()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var first = await Listener.StartAsync(people.Bob);

        await using var second = people.Bob.Start("listen");
        await Eventually.Is(
            "the second says why it is not online itself",
            () => second.Errors.ToString().Contains("another termchat is online with this profile", StringComparison.Ordinal));
        await using var third = people.Bob.Start("listen", "--json");
        Assert.Contains("another termchat is online", await third.WaitForLineAsync("\"event\":\"attached\""), StringComparison.Ordinal);

        await using var ping = people.Bob.Start("ping", people.AliceId, "--timeout", "1");
        Assert.Equal(1, await ping.WaitForExitAsync());
        Assert.Contains("another termchat is online", ping.Errors.ToString(), StringComparison.Ordinal);
        Assert.False(first.Process.HasExited);
    }
}
