using System.Runtime.Versioning;
using System.Security.Cryptography;
using Relay.Contracts;
using TermChat.Identity;

namespace TermChat.Tests.Identity;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTests : IDisposable
{
    private const string Digits = "77076d0a7318a57d3c16c17251b26645df4c2f3dd0bd3b4bd1b0c0a3f0d2c1e0";
    private static readonly string Peer = PeerOf(Digits);

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["identity.key"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_a_key_and_every_later_one_finds_it()
    {
        using var first = KeyFile.LoadOrCreate(Path);
        var text = File.ReadAllText(Path);
        using var second = KeyFile.LoadOrCreate(Path);

        Assert.Equal(first.PeerId, second.PeerId);
        Assert.Equal(text, File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        KeyFile.LoadOrCreate(Path).Dispose();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void It_is_text_that_says_what_it_is()
    {
        using var key = KeyFile.LoadOrCreate(Path);

        var lines = File.ReadAllLines(Path);

        Assert.Equal(3, lines.Length);
        Assert.StartsWith("# The private key of your TermChat identity", lines[0], StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexStringLower(key.Export()), lines[1]);
        Assert.Equal(key.PeerId.Value, lines[2]);
    }

    [Fact]
    public async Task Whoever_starts_at_the_same_time_ends_with_the_same_key()
    {
        using var start = new ManualResetEventSlim();
        var starting = Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.Wait(TestContext.Current.CancellationToken);
                using var key = KeyFile.LoadOrCreate(Path);
                return key.PeerId;
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        start.Set();

        Assert.Single((await Task.WhenAll(starting)).Distinct());
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# a comment of one's own\n")]
    public void A_key_can_be_written_by_hand_with_or_without_a_comment(string comment)
    {
        Put($"{comment}{Digits.ToUpperInvariant()}\r\n{Peer}");

        using var key = KeyFile.LoadOrCreate(Path);

        Assert.Equal(Peer, key.PeerId.Value);
    }

    [Theory]
    [InlineData("", "It is empty.")]
    [InlineData("\n\n", "The key has 0 digits")]
    [InlineData("# a comment and no more", "The key has 0 digits")]
    [InlineData("DIGITS", "The PeerId after the key is missing: something is cut off.")]
    [InlineData("DIGITS\n", "The PeerId after the key is missing: something is cut off.")]
    [InlineData("DIGITS\ntc1qq", "do not belong together")]
    [InlineData("7707\nPEER\n", "The key has 4 digits instead of 64: something is cut off.")]
    [InlineData("DIGITSaa\nPEER\n", "The key has 66 digits instead of 64: something was added.")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n", "something else than hexadecimal digits")]
    [InlineData("PEER\nDIGITS\n", "something else than hexadecimal digits")]
    [InlineData("\0\0\0\0", "something else than hexadecimal digits")]
    [InlineData("DIGITS\nPEER\nmore", "something after the PeerId")]
    [InlineData("8DIGITS", "digits instead of 64")]
    public void A_damaged_key_is_refused_and_stays_as_it_is(string damaged, string why)
    {
        var text = damaged.Replace("DIGITS", Digits, StringComparison.Ordinal).Replace("PEER", Peer, StringComparison.Ordinal);
        Put(text);

        var refused = Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path));

        Assert.Contains(Path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains("not replaced", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Digits[..16], refused.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(text, File.ReadAllText(Path));
    }

    [Fact]
    public void One_wrong_digit_is_no_other_identity()
    {
        Put($"{Digits[..^1]}1\n{Peer}\n");

        Assert.Contains("do not belong together", Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_file_is_no_key()
    {
        Put(new string('7', 100_000));

        Assert.Contains("longer than", Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_that_is_open_to_others_is_refused_with_the_command_that_helps(UnixFileMode open)
    {
        KeyFile.LoadOrCreate(Path).Dispose();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | open);

        Assert.EndsWith($"chmod 600 {Path}", Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_its_owner_cannot_change_is_fine()
    {
        KeyFile.LoadOrCreate(Path).Dispose();
        File.SetUnixFileMode(Path, UnixFileMode.UserRead);

        KeyFile.LoadOrCreate(Path).Dispose();
    }

    [Fact]
    public void A_folder_in_its_place_is_told()
    {
        Directory.CreateDirectory(Path);

        Assert.Contains("is a folder", Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_nowhere_is_not_replaced()
    {
        File.CreateSymbolicLink(Path, _folder["stick/identity.key"]);

        Assert.Contains("cannot be read", Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(Path)).Message, StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(Path).LinkTarget);
    }

    [Fact]
    public void A_folder_that_is_gone_is_told_and_nothing_is_left_behind()
    {
        var failed = Assert.Throws<SetupException>(() => KeyFile.LoadOrCreate(_folder["gone/identity.key"]));

        Assert.Contains("could not be made", failed.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    private void Put(string text)
    {
        File.WriteAllText(Path, text);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static string PeerOf(string digits)
    {
        var bytes = Convert.FromHexString(digits);
        using var key = PeerKey.Import(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key.PeerId.Value;
    }
}
