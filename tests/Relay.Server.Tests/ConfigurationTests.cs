using TestKit;

namespace Relay.Server.Tests;

/// <summary>The real program in its own process: where its settings come from, and what it says about bad ones.</summary>
public sealed class ConfigurationTests
{
    private static readonly Dictionary<string, string?> Development = new() { ["DOTNET_ENVIRONMENT"] = "Development" };

    [Fact]
    public async Task Settings_come_from_the_environment_and_the_command_line_wins()
    {
        var environment = new Dictionary<string, string?>(Development)
        {
            ["Relay__MaxPayloadBytes"] = "111",
            ["Relay__SendWindowMessages"] = "22",
            ["Relay__BannedPeers__0"] = "mallory",
        };
        await using var program = ProgramProcess.Start("Relay.Server", environment, "--urls", "http://127.0.0.1:0", "--Relay:SendWindowMessages=33");
        await using var peer = new RawPeer(await UrlOf(program));

        await peer.Enter("alice");

        // The environment's; the command line's over it; and appsettings.Development.json's, by which "alice" is let in.
        Assert.Equal((111, 33), (peer.All<Contracts.Registered>()[0].Limits.MaxPayloadBytes, peer.All<Contracts.Registered>()[0].Limits.SendWindowMessages));
        await using var mallory = new RawPeer(await UrlOf(program));
        await mallory.Connect();
        await mallory.Register("mallory");
        await mallory.SeesError(Contracts.ErrorCode.Banned);

        program.Terminate();
        Assert.Equal(0, await program.WaitForExitAsync());
        await peer.Sees<Contracts.Draining>();
    }

    [Theory]
    [InlineData("--Relay:MailboxMessages=0", "Relay:MailboxMessages is 0, but must be between 1 and 1000000.")]
    [InlineData("--Relay:MailboxTimeToLive=00:00:00", "Relay:MailboxTimeToLive is 00:00:00, but must be between 00:00:01 and 30.00:00:00.")]
    [InlineData("--Relay:Path=relay", "Relay:Path is relay. It must start with '/'")]
    [InlineData("--Relay:Path=/", "Relay:Path is /. It must start with '/', name something")]
    [InlineData("--Server:MetricsPath=metrics", "Server:MetricsPath is metrics. It must start with '/'")]
    [InlineData("--Server:AdminKey=short", "Server:AdminKey has 5 characters, but must have at least 24")]
    [InlineData("--Server:CertificateKeyPath=key.pem", "Server:CertificateKeyPath is key.pem, but Server:CertificatePath is empty")]
    [InlineData("--Server:CertificatePath=/nowhere/relay.pem", "Server:CertificatePath is /nowhere/relay.pem, and that could not be read")]
    [InlineData("--Server:CertificateCheckInterval=00:00:00", "Server:CertificateCheckInterval is 00:00:00, but must be between 00:00:01 and 1.00:00:00")]
    [InlineData("--Server:StatusPages=false", "There is no setting Server:StatusPages. docs/operating.md")]
    [InlineData("--Relay:MaxPeers=many", "Relay:MaxPeers is many, but must be a whole number. docs/operating.md")]
    [InlineData("--Relay:MailboxTimeToLive=1h", "Relay:MailboxTimeToLive is 1h, but must be a time, such as 00:00:30")]
    [InlineData("--Relay:AllowNamedPeers=maybe", "Relay:AllowNamedPeers is maybe, but must be true or false")]
    [InlineData("--Relay:Origins=https://relay.example.com", "Relay:Origins is https://relay.example.com, but must be a list: its first entry is Relay:Origins:0")]
    [InlineData("--Relay:Origins:0=relay.example.com", "Relay:Origins:0 is relay.example.com, but must be what clients dial: http, https")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is collector:4317, but must be a collector's URL, such as http://localhost:4317")]
    [InlineData("--Relay:MailboxMesages=5", "There is no setting Relay:MailboxMesages. docs/operating.md")]
    public async Task A_bad_setting_stops_the_start_with_its_name_and_what_it_may_be(string argument, string explanation)
    {
        await using var program = ProgramProcess.Start("Relay.Server", Development, "--urls", "http://127.0.0.1:0", argument);

        Assert.Equal(1, await program.WaitForExitAsync());

        var said = program.Errors.ToString();
        Assert.Contains(explanation, said, StringComparison.Ordinal);
        Assert.Contains("configuration is not valid", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said + program.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "  termchat listen --as bob --relay http://127.0.0.1:")]
    [InlineData("Relay.Server", "  dotnet run --project TermChat -- listen --as bob --relay http://127.0.0.1:")]
    public async Task Once_it_listens_it_names_all_its_addresses_and_a_client_that_is_there(string? launchProfile, string client)
    {
        var environment = new Dictionary<string, string?>(Development) { ["DOTNET_LAUNCH_PROFILE"] = launchProfile };
        await using var program = ProgramProcess.Start("Relay.Server", environment, "--urls", "http://127.0.0.1:0;http://[::1]:0");

        Assert.Matches(@"^TermChat relay is ready at http://127\.0\.0\.1:\d+ and http://\[::1\]:\d+ \(hub path /relay\)\.$", await program.WaitForLineAsync("TermChat relay is ready at "));
        Assert.StartsWith(client, await program.WaitForLineAsync(" listen --as bob"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_explained()
    {
        await using var first = ProgramProcess.Start("Relay.Server", Development, "--urls", "http://127.0.0.1:0");
        var address = (await UrlOf(first)).GetLeftPart(UriPartial.Authority);

        await using var second = ProgramProcess.Start("Relay.Server", Development, "--urls", address);

        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains("--urls", second.Errors.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_no_address_uses_is_warned_of()
    {
        var folder = Directory.CreateTempSubdirectory("certificate-").FullName;
        var (file, key) = (Path.Combine(folder, "relay.pem"), Path.Combine(folder, "relay.key"));
        using (var certificate = TestCertificate.Create())
            certificate.WritePem(file, key);
        await using var program = ProgramProcess.Start(
            "Relay.Server", Development, "--urls", "http://127.0.0.1:0", $"--Server:CertificatePath={file}", $"--Server:CertificateKeyPath={key}");

        await program.WaitForLineAsync("Server:CertificatePath is set, but the relay listens on http://127.0.0.1:");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "--Relay:DrainTimeout=00:00:05", true)]
    [InlineData("http://0.0.0.0:0", "--Relay:Origins:0=https://relay.example.com", false)]
    [InlineData("http://127.0.0.1:0", "--Relay:DrainTimeout=00:00:05", false)]
    public async Task A_relay_that_others_can_reach_warns_while_it_does_not_know_its_own_address(string address, string argument, bool warns)
    {
        await using var program = ProgramProcess.Start("Relay.Server", Development, "--urls", address, argument);
        await UrlOf(program);
        await program.WaitForLineAsync("Ctrl+C stops the relay");
        program.Terminate();
        await program.WaitForExitAsync();

        Assert.Equal(warns, program.Output.ToString().Contains("Relay:Origins is empty", StringComparison.Ordinal));
    }

    private static async Task<Uri> UrlOf(ProgramProcess program)
    {
        var line = await program.WaitForLineAsync("TermChat relay is ready at ");
        return new Uri(new Uri(line.Split(' ')[5]), Contracts.RelayProtocol.DefaultPath);
    }
}
