using Relay.Server.Telemetry;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>What an operator types who does not know the program yet.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help", "--Relay:NAME VALUE")]
    [InlineData("-h", "--urls URL")]
    [InlineData("--version", "Relay.Server ")]
    public async Task It_says_what_it_is_and_starts_nothing(string argument, string answer)
    {
        await using var program = ProgramProcess.Start("Relay.Server", argument);

        Assert.Equal(0, await program.WaitForExitAsync());
        Assert.Contains(answer, program.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(program.Errors.Lines);
        Assert.DoesNotContain("ready", program.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_the_one_the_status_page_shows() =>
        Assert.Equal((0, $"Relay.Server {RelayTelemetry.Version}\n", ""), Answer("--version"));

    [Fact]
    public async Task A_name_there_is_no_setting_for_stops_the_start()
    {
        await using var program = ProgramProcess.Start("Relay.Server", "--port", "80");

        Assert.Equal(1, await program.WaitForExitAsync());
        Assert.StartsWith("The relay did not start: there is no setting --port. 'Relay.Server --help' says", Assert.Single(program.Errors.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port=80", "--port")]
    [InlineData("--urls http://localhost:1 -v", "-v")]
    [InlineData("--Sever:AdminKey secret-secret-secret-secret", "--Sever:AdminKey")]
    [InlineData("--MailboxMessages=5", "--MailboxMessages")]
    [InlineData("MailboxMessages=5", "MailboxMessages")]
    [InlineData("start", "start")]
    public void Names_that_are_none_are_named_and_values_are_not(string line, string name)
    {
        var (exitCode, output, errors) = Answer(line.Split(' '));

        Assert.Equal((1, ""), (exitCode, output));
        Assert.Contains($"there is no setting {name}. ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--urls http://localhost:9000")]
    [InlineData("--URLS=http://localhost:9000 --environment Development --contentRoot=/srv --applicationName Relay.Server")]
    [InlineData("--http_ports 80 --https_ports=443 /detailedErrors true AllowedHosts=*")]
    [InlineData("--Relay:MailboxMessages 5 --relay:Origins:0=https://relay.example.com --Server:AdminKey=abc=")]
    [InlineData("--Kestrel:Limits:MaxConcurrentConnections 5 --Logging:LogLevel:Default=Warning --OTEL_SERVICE_NAME relay")]
    public void What_the_relay_and_its_host_know_goes_on(string line) =>
        Assert.Equal((null, "", ""), Answer(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    private static (int? ExitCode, string Output, string Errors) Answer(params string[] arguments)
    {
        var (output, errors) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        return (CommandLine.Answer(arguments, output, errors), $"{output}", $"{errors}");
    }
}
