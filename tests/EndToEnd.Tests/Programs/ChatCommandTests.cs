using System.Text.Json;
using TestKit;
using static EndToEnd.Tests.Programs.Programs;

namespace EndToEnd.Tests.Programs;

/// <summary>Two people with keys, a real relay, and the commands a script would use.</summary>
public sealed class ChatCommandTests
{
    [Fact]
    public async Task An_encrypted_message_goes_from_one_script_to_the_other()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        using var alice = new PersonProcess(url);
        using var bob = new PersonProcess(url);
        var self = await alice.RunAsync("id");
        await alice.RunAsync("contacts", "add", "bob", await bob.RunAsync("id"));
        await using var listener = bob.Start("listen", "--json");
        await listener.WaitForLineAsync("\"connected\"");

        await using var sender = alice.Start("send", "bob", "--wait", "for you alone");

        Assert.True(await sender.WaitForExitAsync() == 0, sender.Story());
        Assert.Equal("termchat: delivered: 1", sender.Errors.Lines[^1]);
        var message = JsonDocument.Parse(await listener.WaitForLineAsync("\"message\"")).RootElement;
        Assert.Equal("for you alone", message.GetProperty("text").GetString());
        Assert.Equal(self, message.GetProperty("from").GetString());
        Assert.Equal("relay", message.GetProperty("path").GetString());
        Assert.DoesNotContain("for you alone", relay.Output.ToString() + relay.Errors, StringComparison.Ordinal);

        Assert.Matches(@"^bob: \d+\.\d ms, path: relay$", await alice.RunAsync("ping", "bob"));
        listener.Interrupt();
        Assert.Equal(0, await listener.WaitForExitAsync());
    }

    [Fact]
    public async Task Without_a_relay_a_message_waits_and_goes_out_the_next_time()
    {
        var port = Ports.Lasting();
        using var alice = new PersonProcess($"http://127.0.0.1:{port}");
        using var bob = new PersonProcess($"http://127.0.0.1:{port}");
        var to = await bob.RunAsync("id");
        await using (var first = alice.Start("send", to, "--stdin", "--timeout", "1"))
        {
            // The second without progress begins with the end of the input, and by then it knows why there is no connection.
            await first.WriteLineAsync("one");
            await Eventually.Is("it has tried to connect", () => alice.Log.Contains("Attempt 2 ", StringComparison.Ordinal));
            first.CloseInput();
            Assert.Equal(1, await first.WaitForExitAsync());
            Assert.Contains("cannot be reached", first.Errors.Lines[^1], StringComparison.Ordinal);
            Assert.Contains("goes out by itself", first.Errors.Lines[^1], StringComparison.Ordinal);
        }

        await using var relay = (await StartRelayAsync(port)).Relay;
        await alice.RunAsync("send", to, "two");

        var self = await alice.RunAsync("id");
        Assert.Equal($"{self}: one\n{self}: two", await bob.RunAsync("listen", "--count", "2"));
    }

    [Fact]
    public async Task A_listener_that_is_read_no_more_ends_without_a_word()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        using var alice = new PersonProcess(url);
        using var bob = new PersonProcess(url);
        var to = await bob.RunAsync("id");
        await using var pipe = bob.Bash("set -o pipefail; termchat listen 2>errors-$$ | head -1; code=$?; cat errors-$$ >&2; rm errors-$$; exit $code");

        await alice.RunAsync("send", to, "one");

        Assert.Equal(141, await pipe.WaitForExitAsync());
        Assert.EndsWith(": one", Assert.Single(pipe.Output.Lines), StringComparison.Ordinal);
        Assert.All(pipe.Errors.Lines, line => Assert.Contains("listening at", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_doctor_finds_nothing_wrong_with_a_relay_that_runs()
    {
        var (relay, url) = await StartRelayAsync();
        await using var stop = relay;
        using var alice = new PersonProcess(url);

        var lines = (await alice.RunAsync("doctor")).Split('\n');

        Assert.Equal(9, lines.Length);
        Assert.All(lines, line => Assert.Matches("^(ok|skip) ", line));
        Assert.DoesNotContain(await alice.RunAsync("id"), relay.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_full_screen_client_says_when_there_is_no_terminal()
    {
        using var alice = new PersonProcess();
        await using var termchat = alice.Start();

        Assert.Equal(1, await termchat.WaitForExitAsync());
        Assert.Contains("needs a terminal", Assert.Single(termchat.Errors.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("termchat se", "send")]
    [InlineData("termchat send bo", "bob")]
    [InlineData("termchat contacts re", "remove rename")]
    [InlineData("termchat send bob --st", "--stdin")]
    public async Task Bash_completes_commands_options_and_contacts(string typed, string completed)
    {
        using var alice = new PersonProcess();
        await alice.RunAsync("contacts", "add", "bob", await alice.RunAsync("id"));

        await using var bash = alice.Bash($$"""
            source <(termchat completion bash)
            COMP_LINE='{{typed}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            [[ $(complete -p termchat) == *'-F _termchat termchat' ]] || exit 3
            _termchat; echo "${COMPREPLY[*]}"
            """);

        Assert.True(await bash.WaitForExitAsync() == 0, bash.Story());
        Assert.Equal(completed, bash.Output.ToString());
    }
}
