using System.Net;
using System.Net.Sockets;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>An address the relay cannot listen at: one sentence that helps, and no stack trace.</summary>
public sealed class AddressFailureTests
{
    [Theory]
    [InlineData("nonsense", "Invalid url: 'nonsense'")]
    [InlineData("http://127.0.0.1:99999", "'port'")]
    [InlineData("https://127.0.0.1:0", "an https address needs a certificate, and Server:CertificatePath is empty")]
    [InlineData("ftp://127.0.0.1:9000", "Unrecognized scheme")]
    public async Task An_address_that_is_none_is_explained(string address, string why) =>
        Assert.Contains(why, await FailureOfAsync(address), StringComparison.Ordinal);

    [Fact]
    public async Task An_address_that_is_taken_is_explained()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();

        Assert.Contains("address already in use", await FailureOfAsync($"http://{socket.LocalEndPoint}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_for_privileged_programs_is_explained_with_the_ways_around()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/setpriv"), "setpriv takes the privilege away, which root would have.");

        // Into a program that may do everything but this.
        await using var relay = ProgramProcess.Run(
            "setpriv", new Dictionary<string, string?>(), "--bounding-set=-net_bind_service", "--inh-caps=-net_bind_service",
            "dotnet", ProgramProcess.PathOf("Relay.Server"), "--urls=http://127.0.0.1:443");

        var said = await FailureOfAsync(relay);
        Assert.Contains("(Permission denied). Ports below 1024 are for privileged programs.", said, StringComparison.Ordinal);
        Assert.Contains("AmbientCapabilities=", said, StringComparison.Ordinal);
    }

    private static async Task<string> FailureOfAsync(string address)
    {
        await using var relay = ProgramProcess.Start("Relay.Server", $"--urls={address}");
        return await FailureOfAsync(relay);
    }

    private static async Task<string> FailureOfAsync(ProgramProcess relay)
    {
        Assert.Equal(1, await relay.WaitForExitAsync());
        Assert.DoesNotContain("   at ", relay.Output.ToString() + relay.Errors, StringComparison.Ordinal);
        return Assert.Single(relay.Errors.Lines);
    }
}
