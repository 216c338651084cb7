using System.CommandLine;
using TermChat.Commands;
using TermChat.Identity;

namespace TermChat.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly Desk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Theory]
    [InlineData("sent bob hello", "'sent' was not matched")]
    [InlineData("send bob", "Give either a TEXT or --stdin.")]
    [InlineData("send bob hello --stdin", "Give either a TEXT or --stdin.")]
    [InlineData("send bob hello --as alice --wait", "--wait needs a profile's identity")]
    [InlineData("send bob hello --as tc1alice", "--as takes a plain name")]
    [InlineData("send bob hello --relay nowhere", "'nowhere' is no relay address.")]
    [InlineData("send bob hello --timeout 0", "--timeout takes a number of seconds, at least 1.")]
    [InlineData("listen --count 0", "--count takes a number of messages, at least 1.")]
    [InlineData("listen --json --as bob", "--json needs a profile's identity")]
    [InlineData("contacts add bob tc1bob", "This is no PeerId, though it starts like one")]
    [InlineData("completion tcsh", "'tcsh'")]
    public async Task Wrong_usage_ends_with_two_says_what_is_wrong_and_does_nothing(string line, string what)
    {
        Assert.Equal(ExitCode.Usage, await _desk.RunAsync(line.Split(' ')));

        Assert.Contains(what, _desk.Said, StringComparison.Ordinal);
        Assert.Contains("--help says more", _desk.Said, StringComparison.Ordinal);
        Assert.All(_desk.Said.TrimEnd().Split('\n'), said => Assert.StartsWith("termchat: ", said, StringComparison.Ordinal));
        Assert.Empty(_desk.Printed);
        Assert.Empty(_desk.Chat.Sent);
    }

    [Fact]
    public async Task Every_command_has_help_with_examples()
    {
        foreach (var path in Paths(TermChatProgram.CreateCommand(new ProgramOptions(_desk.Around())), []))
        {
            _desk.Output.SetLength(0);

            Assert.Equal(ExitCode.Success, await _desk.RunBareAsync([.. path, "--help"]));
            Assert.Contains("Usage:", _desk.Printed, StringComparison.Ordinal);
            Assert.Matches("\nExamples?:\n  ", _desk.Printed);
        }

        Assert.Empty(_desk.Said);
    }

    [Fact]
    public async Task The_version_is_data()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunBareAsync("--version"));
        Assert.Matches(@"^\d+\.\d+\.\d+", _desk.Printed);
    }

    [Fact]
    public async Task Without_a_terminal_there_is_no_full_screen_and_the_way_out_is_told()
    {
        Assert.Equal(ExitCode.Failure, await _desk.RunAsync());
        Assert.Contains("'termchat send' and 'termchat listen'", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_command_the_full_screen_client_opens()
    {
        _desk.IsTerminal = true;
        _desk.Screen = chat => Task.FromResult(ReferenceEquals(chat, _desk.Chat) ? 7 : 1);

        Assert.Equal(7, await _desk.RunAsync());
        Assert.True(_desk.Chat.IsDisposed);
    }

    [Fact]
    public async Task The_relay_comes_from_the_option_or_the_environment()
    {
        _desk.Set("TERMCHAT_RELAY", "wss://environment.example.com");

        await _desk.RunAsync("send", Desk.Bob.Value, "hello");
        Assert.Equal(new Uri("wss://environment.example.com"), _desk.Relay);
        await _desk.RunAsync("send", Desk.Bob.Value, "hello", "--relay", "ws://option.example.com");
        Assert.Equal(new Uri("ws://option.example.com"), _desk.Relay);
    }

    [Fact]
    public async Task What_has_to_be_put_right_is_one_line_and_ends_with_one()
    {
        Directory.CreateDirectory(_desk.Profile.KeyPath);

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("id"));
        Assert.StartsWith("termchat: Your key should be in ", Assert.Single(_desk.Said.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_foresaw_is_one_line_and_the_rest_is_in_the_log()
    {
        _desk.IsTerminal = true;
        _desk.Screen = _ => throw new InvalidOperationException("The roof\nis on fire.");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync());

        var said = Assert.Single(_desk.Said.TrimEnd().Split('\n'), line => !line.Contains("new identity", StringComparison.Ordinal));
        Assert.Equal($"termchat: this should not have happened: The roof is on fire. The details are in {_desk.Profile.LogPath}.", said);
        Assert.Contains("   at ", await File.ReadAllTextAsync(_desk.Profile.LogPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_was_asked_for_and_cannot_be_written_is_told()
    {
        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("send", Desk.Bob.Value, "hello", "--log", _desk["no/such/folder"]));
        Assert.Contains("The log file", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nobody_reads_the_output_any_more_it_ends_without_a_word()
    {
        _desk.Profile.LoadOrCreateKey().Dispose();
        _desk.OutputStream = new ClosedPipe();

        Assert.Equal(ExitCode.OutputClosed, await _desk.RunAsync("id"));
        Assert.Empty(_desk.Said);
    }

    [Theory]
    [InlineData("termchat se", "send")]
    [InlineData("termchat send bo", "bob")]
    [InlineData("termchat ping bo", "bob")]
    [InlineData("termchat contacts rename bo", "bob")]
    [InlineData("termchat send bob --wa", "--wait")]
    [InlineData("termchat completion z", "zsh")]
    public async Task Commands_options_and_contacts_complete(string line, string completion)
    {
        _desk.Contacts.Name(Desk.Bob, "bob");
        _desk.Set(ProfileFolders.Variable, _desk.Profile.Directory);

        Assert.Equal(ExitCode.Success, await _desk.RunBareAsync($"[suggest:{line.Length}]", line));
        Assert.Contains(completion, _desk.Printed.Split('\n'));
    }

    [Fact]
    public async Task Completing_makes_no_profile()
    {
        _desk.Set(ProfileFolders.Variable, _desk["nobody"]);

        await _desk.RunBareAsync("[suggest:14]", "termchat send ");

        Assert.False(Path.Exists(_desk["nobody"]));
        Assert.Empty(_desk.Said);
    }

    private static IEnumerable<string[]> Paths(Command command, string[] path) =>
        [path, .. command.Subcommands.SelectMany(inner => Paths(inner, [.. path, inner.Name]))];

    private sealed class ClosedPipe : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("Broken pipe", OperatingSystem.IsWindows() ? unchecked((int)0x8007006d) : 32);
    }
}
