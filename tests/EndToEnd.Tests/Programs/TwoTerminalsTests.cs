using TestKit;
using static EndToEnd.Tests.Programs.Programs;

namespace EndToEnd.Tests.Programs;

/// <summary>Trying a relay out under plain names: somebody who listens, somebody who sends - and what may happen to them.</summary>
public sealed class TwoTerminalsTests
{
    [Fact]
    public async Task AcceptedWhen_2_a_message_goes_from_one_terminal_to_the_other()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        await using var bob = await ListenAsync("bob", url);

        await using var alice = Send("bob", url, "--as", "alice", "Hello,", "Bob");

        Assert.Equal(0, await alice.WaitForExitAsync());
        await bob.WaitForLineAsync("alice: Hello, Bob");
        Assert.Contains("accepted: 1", alice.Errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("nothing encrypted", alice.Errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("nothing encrypted", bob.Errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(alice.Output.Lines);
    }

    [Fact]
    public async Task AcceptedWhen_2_what_was_sent_before_anybody_listened_waits()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        await using var alice = await SendLinesAsync("bob", url, Enumerable.Range(1, 500));
        alice.CloseInput();
        Assert.Equal(0, await alice.WaitForExitAsync());
        Assert.Contains("accepted: 500 (500 of them wait", alice.Errors.ToString(), StringComparison.Ordinal);

        await using var bob = await ListenAsync("bob", url, "--count", "500");

        Assert.Equal(0, await bob.WaitForExitAsync());
        Assert.Equal(Enumerable.Range(1, 500).Select(number => $"alice: {number}"), bob.Output.Lines);
    }

    [Fact]
    public async Task A_listener_that_is_killed_loses_nothing()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        var first = await ListenAsync("bob", url);
        await using var alice = Send("bob", url, "--stdin", "--as", "alice");
        var writing = WriteAsync(alice, 1, 600);

        await first.WaitForLineAsync("alice: 100");
        first.Kill();
        await first.WaitForExitAsync();
        await writing;
        await using var second = await ListenAsync("bob", url);
        await second.WaitForLineAsync("alice: 600");

        // The line it had in hand may be there twice: once printed, and once again because it was not yet acknowledged.
        var printed = first.Output.Lines.Concat(second.Output.Lines).ToArray();
        Assert.Equal(Lines(1, 600), printed.Distinct());
        Assert.InRange(printed.Length, 600, 600 + 256);
        Assert.Equal(second.Output.Lines.Order(Comparer<string>.Create((one, other) => Number(one) - Number(other))), second.Output.Lines);
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_relay_that_is_killed_and_started_again_is_found_by_both()
    {
        var port = Ports.Lasting();
        var (relay, url) = await StartRelayAsync(port);
        await using var bob = await ListenAsync("bob", url);
        await using var alice = Send("bob", url, "--stdin", "--as", "alice");
        await WriteAsync(alice, 1, 10);
        await bob.WaitForLineAsync("alice: 10");

        relay.Kill();
        await relay.WaitForExitAsync();
        await using var again = (await StartRelayAsync(port)).Relay;
        await Eventually.Is(
            "bob listens again",
            () => bob.Errors.Lines.Count(line => line.Contains("listening as bob", StringComparison.Ordinal)) == 2);
        await WriteAsync(alice, 11, 20);
        alice.CloseInput();

        Assert.Equal(0, await alice.WaitForExitAsync());
        await bob.WaitForLineAsync("alice: 20");
        Assert.Equal(Lines(1, 20), bob.Output.Lines);
        await relay.DisposeAsync();
    }

    [Fact]
    public async Task Ctrl_C_ends_both_cleanly()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        await using var bob = await ListenAsync("bob", url);
        await using var alice = Send("bob", url, "--stdin", "--as", "alice");
        await alice.WriteLineAsync("1");
        await bob.WaitForLineAsync("alice: 1");

        bob.Interrupt();
        alice.Interrupt();

        Assert.Equal(0, await bob.WaitForExitAsync());
        Assert.Equal(130, await alice.WaitForExitAsync());
        Assert.Contains("interrupted: the relay had accepted", alice.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", alice.Errors.ToString() + bob.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_relay_send_fails_with_one_clear_line()
    {
        await using var alice = Send("bob", $"http://127.0.0.1:{Ports.Lasting()}", "--as", "alice", "hello");

        Assert.Equal(1, await alice.WaitForExitAsync());
        var line = Assert.Single(alice.Errors.Lines, line => !line.Contains("nothing encrypted", StringComparison.Ordinal));
        Assert.StartsWith("termchat: not sent: The relay http://127.0.0.1:", line, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_too_large_fails_and_the_others_go()
    {
        var (relay, url) = await StartRelayAsync(0, "--Relay:MaxPayloadBytes=10");
        await using var stop = relay;
        await using var alice = Send("bob", url, "--as", "alice", "this is more than ten bytes");

        Assert.Equal(1, await alice.WaitForExitAsync());
        Assert.Contains("payload too large", alice.Errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_says_how_many_messages_the_relay_has_lost_while_it_sent()
    {
        var (relay, url) = await StartRelayAsync(0, "--Relay:MailboxMessages=2");
        await using var stop = relay;
        await using (var bob = await ListenAsync("bob", url))
        {
            bob.Interrupt();
            await bob.WaitForExitAsync();
        }

        await using var alice = Send("bob", url, "--as", "alice", "--stdin");
        foreach (var number in Enumerable.Range(1, 20))
            await alice.WriteLineAsync($"{number}");
        alice.CloseInput();

        Assert.Equal(0, await alice.WaitForExitAsync());
        Assert.Contains("the relay has already given up 18 or more, because too many wait there (Relay:MailboxMessages", alice.Errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_listener_of_the_same_name_takes_over_and_the_first_says_so()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        await using var first = await ListenAsync("bob", url);
        await using var second = await ListenAsync("bob", url);

        Assert.Equal(1, await first.WaitForExitAsync());
        Assert.Contains("Another connection registered this PeerId", first.Errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_told_to_stop_says_goodbye_and_ends_with_zero()
    {
        var (relay, url) = await StartRelayAsync();
        await using var zora = await ListenAsync("zora", url);

        relay.Terminate();

        Assert.Equal(0, await relay.WaitForExitAsync());
        Assert.Contains("Shutting down", relay.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("zora", relay.Output.ToString() + relay.Errors, StringComparison.Ordinal);
        await relay.DisposeAsync();
    }

    private static async Task WriteAsync(ProgramProcess sender, int from, int to)
    {
        for (var number = from; number <= to; number++)
            await sender.WriteLineAsync($"{number}");
    }

    private static IEnumerable<string> Lines(int from, int to) => Enumerable.Range(from, to - from + 1).Select(number => $"alice: {number}");

    private static int Number(string line) => int.Parse(line.AsSpan("alice: ".Length), System.Globalization.CultureInfo.InvariantCulture);
}
