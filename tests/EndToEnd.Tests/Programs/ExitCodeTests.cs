using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>What a script learns from how a command ends, with keys and a relay that takes nothing else.</summary>
public sealed class ExitCodeTests
{
    [Fact]
    public async Task Send_ends_with_0_when_the_relay_has_the_message_and_with_wait_only_when_the_recipient_has_it()
    {
        await using var people = await TwoPeople.MeetAsync();

        // Nobody is there.
        await EndsAsync(people.Alice.Start("send", "bob", "1"), 0, "accepted: 1");
        await EndsAsync(people.Alice.Start("send", "bob", "2", "--wait", "--timeout", "1"), 1, "0 delivered, 2 in the outbox");
        await EndsAsync(people.Alice.Start("ping", "bob", "--timeout", "1"), 1, "no answer from bob");

        await using var bob = await Listener.StartAsync(people.Bob);
        await EndsAsync(people.Alice.Start("send", people.BobId, "3", "--wait"), 0, "delivered: 1");
        var ping = people.Alice.Start("ping", "bob", "--count", "2");
        await EndsAsync(ping, 0, "");
        Assert.Equal(2, ping.Output.Lines.Count);
        Assert.All(ping.Output.Lines, line => Assert.Matches(@"^bob: \d+\.\d ms, path: relay$", line));

        await bob.HearsAsync("3");
        Assert.Equal(["1", "2", "3"], bob.Heard());
    }

    [Fact]
    public async Task Before_4_a_contact_is_as_good_as_a_PeerId_and_a_stranger_is_an_error()
    {
        await using var people = await TwoPeople.MeetAsync();

        Assert.Equal(people.AliceId, await people.Alice.RunAsync("id"));
        Assert.Equal($"bob\t{people.BobId}", await people.Alice.RunAsync("contacts"));
        await people.Bob.RunAsync("contacts", "add", "alice", people.AliceId);
        await EndsAsync(people.Alice.Start("send", "BOB", "hello"), 0, "accepted: 1");
        await EndsAsync(people.Alice.Start("send", "rob", "hello"), 1, "there is no contact 'rob'");
        await EndsAsync(people.Alice.Start("send", people.BobId[..^1] + (people.BobId[^1] == 'q' ? 'p' : 'q'), "hello"), 1, "");
        await EndsAsync(people.Alice.Start("send", "bob"), 2, "Give either a TEXT or --stdin.");

        Assert.Equal("alice: hello", await people.Bob.RunAsync("listen", "--count", "1"));
    }

    [Fact]
    public async Task A_relay_that_takes_only_keys_says_so_to_a_name()
    {
        await using var relay = await RelayProcess.StartAsync();

        await EndsAsync(ProgramProcess.Start("termchat", "send", "bob", "hello", "--as", "alice", "--relay", relay.Url), 1, "AllowNamedPeers");
    }

    /// <summary>Waits for the end, and for the one line that says how it came to it.</summary>
    private static async Task EndsAsync(ProgramProcess program, int code, string saying)
    {
        await using var ended = program;
        Assert.True(await program.WaitForExitAsync() == code, program.Story());
        Assert.Contains(saying, program.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Errors.ToString(), StringComparison.Ordinal);
    }
}
