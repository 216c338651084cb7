using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Admission;

/// <summary>The real program, whose lists are changed in their files while it runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("termchat-relay-").FullName;

    private string AccessFile => Path.Combine(_folder, "access.txt");

    [Fact]
    public async Task The_access_file_is_read_again_when_it_changes_and_a_fault_in_it_changes_nothing()
    {
        await File.WriteAllTextAsync(AccessFile, "ban trudy\n", TestContext.Current.CancellationToken);
        await using var program = Start($"--Relay:AccessFile={AccessFile}");
        await using var mallory = new RawPeer(await UrlOf(program));
        await mallory.Enter("mallory");

        await File.AppendAllTextAsync(AccessFile, "ban mallory\n", TestContext.Current.CancellationToken);

        await mallory.SeesError(ErrorCode.Banned);
        await IsBanned("trudy");

        await ReplaceAsync(AccessFile, "# nobody\nban !\n");
        await program.WaitForLineAsync("Relay:AccessFile cannot be used; the lists stay as they were: line 2");
        await IsBanned("mallory");

        File.Delete(AccessFile);
        await File.WriteAllTextAsync(AccessFile, "# nobody any more\n", TestContext.Current.CancellationToken);
        await program.WaitForLineAsync("it bans 0 PeerIds");
        await using var again = new RawPeer(await UrlOf(program));
        await again.Enter("mallory");

        async Task IsBanned(string name)
        {
            await using var peer = new RawPeer(await UrlOf(program));
            await peer.Connect();
            await peer.Register(name);
            await peer.SeesError(ErrorCode.Banned);
        }
    }

    [Fact]
    public async Task An_access_file_that_is_not_there_or_cannot_be_read_stops_the_start()
    {
        await using var missing = Start($"--Relay:AccessFile={AccessFile}");
        Assert.Equal(1, await missing.WaitForExitAsync());
        Assert.Contains($"Relay:AccessFile is {AccessFile}, but", missing.Errors.ToString(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(AccessFile, "alow alice\n", TestContext.Current.CancellationToken);
        await using var mistyped = Start($"--Relay:AccessFile={AccessFile}");
        Assert.Equal(1, await mistyped.WaitForExitAsync());
        Assert.Contains("line 1 is none of: ban PEERID", mistyped.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", mistyped.Errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_file_is_read_again_when_it_changes_and_a_fault_in_it_changes_nothing()
    {
        // A copy of the program, whose settings file is then this test's own.
        var program = CopyOfTheProgram();
        var settings = Path.Combine(program, "appsettings.json");
        await Write("""{ "Relay": { "AllowNamedPeers": true } }""");
        await using var relay = ProgramProcess.Run(
            "dotnet", new Dictionary<string, string?>(), Path.Combine(program, "Relay.Server.dll"), "--urls", "http://127.0.0.1:0");
        await using var mallory = new RawPeer(await UrlOf(relay));
        await mallory.Enter("mallory");

        await Write("""{ "Relay": { "AllowNamedPeers": true, "BannedPeers": [ "mallory" ] } }""");
        await mallory.SeesError(ErrorCode.Banned);

        await Write("""{ "Relay": { "AllowNamedPeers": true, "BannedPeers": [ "Mallory!" ] } }""");
        await relay.WaitForLineAsync("Relay:BannedPeers has the entry Mallory!");
        await IsBanned();

        await Write("""{ "Relay": """);
        await relay.WaitForLineAsync("appsettings.json has changed and cannot be read; what was in use before stays in use:");
        await IsBanned();

        Task Write(string json) => ReplaceAsync(settings, json);

        async Task IsBanned()
        {
            await using var again = new RawPeer(await UrlOf(relay));
            await again.Connect();
            await again.Register("mallory");
            await again.SeesError(ErrorCode.Banned);
        }
    }

    [Fact]
    public async Task A_change_of_what_is_read_at_the_start_only_is_named_and_its_value_is_not()
    {
        var program = CopyOfTheProgram();
        var settings = Path.Combine(program, "appsettings.json");
        await ReplaceAsync(settings, """{ "Relay": { "AllowNamedPeers": true }, "Server": { "AdminKey": "the-key-it-was-started-with" } }""");
        await using var relay = ProgramProcess.Run(
            "dotnet", new Dictionary<string, string?>(), Path.Combine(program, "Relay.Server.dll"), "--urls", "http://127.0.0.1:0", "--Relay:MailboxMessages=7");
        await using var alice = new RawPeer(await UrlOf(relay));
        await alice.Enter("alice");

        // The command line wins over the file, so that MailboxMessages does not change.
        await ReplaceAsync(settings, """
            { "Relay": { "AllowNamedPeers": true, "BannedPeers": [ "mallory" ], "MaxPeers": 5, "MailboxMessages": 8 }, "Server": { "AdminKey": "a-key-that-is-another-one" } }
            """);
        await relay.WaitForLineAsync(line => line.Trim().StartsWith("Relay:MaxPeers, Server:AdminKey changed, but is read at the start only: restart the relay", StringComparison.Ordinal));

        await ReplaceAsync(settings, """{ "Relay": { "AllowNamedPeers": true, "BannedPeers": [ "alice" ] }, "Server": { "AdminKey": "the-key-it-was-started-with" } }""");
        await alice.SeesError(ErrorCode.Banned);
        Assert.Single(relay.Output.Lines, line => line.Contains("read at the start only", StringComparison.Ordinal));
        Assert.DoesNotContain("a-key-that", relay.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_that_cannot_be_read_stops_the_start_and_says_where_it_is_wrong()
    {
        var program = CopyOfTheProgram();
        await File.WriteAllTextAsync(Path.Combine(program, "appsettings.json"), "{\n  \"Relay\": ", TestContext.Current.CancellationToken);
        await using var relay = ProgramProcess.Run(
            "dotnet", new Dictionary<string, string?>(), Path.Combine(program, "Relay.Server.dll"), "--urls", "http://127.0.0.1:0");

        Assert.Equal(1, await relay.WaitForExitAsync());
        var said = Assert.Single(relay.Errors.Lines);
        Assert.Contains("appsettings.json", said, StringComparison.Ordinal);
        Assert.Contains("LineNumber: 1", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Addresses_that_are_banned_and_PeerIds_that_alone_are_allowed_count_from_when_a_file_says_so(bool inTheSettings)
    {
        var program = CopyOfTheProgram();
        var file = inTheSettings ? Path.Combine(program, "appsettings.json") : AccessFile;
        await Lists("", "");
        await using var relay = ProgramProcess.Run(
            "dotnet", new Dictionary<string, string?>(), Path.Combine(program, "Relay.Server.dll"), "--urls", "http://127.0.0.1:0", "--Relay:TrustedProxies:0=127.0.0.1",
            "--Relay:AllowNamedPeers=true", inTheSettings ? "--Relay:AccessFile=" : $"--Relay:AccessFile={file}");
        var url = await UrlOf(relay);
        await using var mallory = await From("203.0.113.9").Enter("mallory");
        await using var bob = await From("198.51.100.7").Enter("bob");
        await using var carol = await From("198.51.100.8").Enter("carol");

        await Lists(inTheSettings ? "\"BannedAddresses\": [ \"203.0.113.0/24\" ]" : "ban 203.0.113.0/24", "");
        await mallory.SeesError(ErrorCode.Banned);
        await using var neighbour = From("203.0.113.77");
        await Assert.ThrowsAnyAsync<HttpRequestException>(neighbour.Connect);

        await Lists("", inTheSettings ? "\"AllowedPeers\": [ \"bob\" ]" : "allow bob");
        await carol.SeesError(ErrorCode.NotListed);
        await using var again = From("203.0.113.9");
        await again.Connect();
        await again.Register("mallory");
        await again.SeesError(ErrorCode.NotListed);
        await bob.Send("bob", "still here");
        await bob.SeesTexts("still here");

        await Lists("", "");
        await relay.WaitForLineAsync("(Relay:AllowedPeers, Relay:AccessFile) had 1 PeerIds and is empty now: everybody is let in");
        await Eventually.Is("everybody is let in again", () => IsLetInAsync().GetAwaiter().GetResult());

        Task Lists(string banned, string allowed) => ReplaceAsync(
            file, inTheSettings ? $$"""{ "Relay": { {{banned}}{{allowed}} } }""" : $"# {(banned, allowed)}\n{banned}\n{allowed}\n");

        RawPeer From(string address) => new(url, http => http.Headers["X-Forwarded-For"] = address);

        async Task<bool> IsLetInAsync()
        {
            await using var peer = From("203.0.113.9");
            await peer.Connect();
            await peer.Register("mallory");
            await Eventually.Is("there is an answer", () => peer.Told.Count > 0);
            if (peer.Told[0] is Registered)
                return true;

            // Not as fast as it goes: there are rates too.
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, TestContext.Current.CancellationToken);
            return false;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>At once, as editors do: the program must not find half of it.</summary>
    private static async Task ReplaceAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file + ".new", text, TestContext.Current.CancellationToken);
        File.Move(file + ".new", file, overwrite: true);
    }

    private string CopyOfTheProgram()
    {
        var copy = Path.Combine(_folder, "program");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "runtimes"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private static ProgramProcess Start(params string[] arguments) => ProgramProcess.Start(
        "Relay.Server", new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Development" }, ["--urls", "http://127.0.0.1:0", .. arguments]);

    private static async Task<Uri> UrlOf(ProgramProcess program)
    {
        var line = await program.WaitForLineAsync("TermChat relay is ready at ");
        return new Uri(new Uri(line.Split(' ')[5]), RelayProtocol.DefaultPath);
    }
}
