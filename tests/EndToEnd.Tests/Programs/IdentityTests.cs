using System.Runtime.Versioning;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>The identity as a person gets it: made at the first start, theirs alone, never another one.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class IdentityTests : IDisposable
{
    private readonly PersonProcess _alice = new();

    public void Dispose() => _alice.Dispose();

    [Fact]
    public async Task Before_1_the_first_start_makes_an_identity_and_the_next_ones_keep_it()
    {
        var first = await _alice.RunAsync("id");
        var second = await _alice.RunAsync("id");

        Assert.True(PeerId.Parse(first).IsKey);
        Assert.Equal(first, second);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_alice.KeyPath));
    }

    [Fact]
    public async Task Two_first_starts_at_once_end_with_one_identity()
    {
        var starting = Enumerable.Range(0, 4).Select(_ => _alice.RunAsync("id")).ToArray();

        var peers = await Task.WhenAll(starting);

        Assert.Single(peers.Distinct());
        Assert.Equal(peers[0], await _alice.RunAsync("id"));
        Assert.Equal([_alice.KeyPath], Directory.GetFiles(_alice.Folder));
    }

    [Fact]
    public async Task Without_a_wish_the_profile_is_where_the_XDG_convention_says_and_nobody_elses()
    {
        await using var termchat = ProgramProcess.Start(
            "termchat", new Dictionary<string, string?> { ["TERMCHAT_PROFILE"] = null, ["XDG_DATA_HOME"] = _alice.Folder }, "id");
        Assert.Equal(0, await termchat.WaitForExitAsync());

        var folder = Path.Combine(_alice.Folder, "termchat");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.True(File.Exists(Path.Combine(folder, "identity.key")));
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("")]
    public async Task A_damaged_key_is_one_line_and_stays_as_it_is(string damaged)
    {
        await File.WriteAllTextAsync(_alice.KeyPath, damaged, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_alice.KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var termchat = _alice.Start("id");

        Assert.Equal(1, await termchat.WaitForExitAsync());
        Assert.Contains("cannot be used", Assert.Single(termchat.Errors.Lines), StringComparison.Ordinal);
        Assert.Empty(termchat.Output.Lines);
        Assert.Equal(damaged, await File.ReadAllTextAsync(_alice.KeyPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_database_and_the_log_are_nobody_elses_in_a_folder_that_is_open()
    {
        File.SetUnixFileMode(_alice.Folder, (UnixFileMode)0b111_101_101);

        await _alice.RunAsync("contacts", "add", "me", await _alice.RunAsync("id"));
        await using var noRelay = _alice.Start("send", "me", "hello", "--relay", $"http://127.0.0.1:{Ports.Lasting()}", "--timeout", "1");
        Assert.Equal(1, await noRelay.WaitForExitAsync());

        Assert.All(Directory.GetFiles(_alice.Folder), file =>
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode)0b111_111));
    }
}
