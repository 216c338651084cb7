using System.Net;
using System.Net.Sockets;
using System.Text;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>The unit that <c>deployment/</c> offers, as the real systemd reads it, and the relay as its service.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("systemd-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        var analysis = await AnalyzeAsync("verify");

        Assert.Equal((0, "", ""), (await analysis.WaitForExitAsync(), $"{analysis.Output}", $"{analysis.Errors}"));
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_recipe_for_port_443()
    {
        var recipe = Repository.Read("docs", "operating.md").Split("```ini\n")[1].Split("```")[0];
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "termchat-relay.service.d")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "https.conf"), recipe, TestContext.Current.CancellationToken);

        var analysis = await AnalyzeAsync("verify");
        Assert.Equal((0, "", ""), (await analysis.WaitForExitAsync(), $"{analysis.Output}", $"{analysis.Errors}"));

        // It has read the recipe at all: a mistake in it is found.
        await File.AppendAllTextAsync(Path.Combine(folder, "https.conf"), "LoadCredentials=mistyped\n", TestContext.Current.CancellationToken);
        analysis = await AnalyzeAsync("verify");
        await analysis.WaitForExitAsync();
        Assert.Contains("'LoadCredentials'", $"{analysis.Errors}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Systemd_counts_the_service_among_the_well_confined()
    {
        // On a scale from 0 to 100; a service that confines nothing has 96. What is missing of 0 is the network and what .NET needs.
        var analysis = await AnalyzeAsync("security", "--offline=yes", "--threshold=20", "--no-pager");

        Assert.True(await analysis.WaitForExitAsync() == 0, analysis.Story());
    }

    [Fact]
    public async Task A_relay_that_systemd_starts_says_when_it_listens_and_when_it_begins_to_stop()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "systemd is for Linux.");

        // A program knows systemd by the name of the process that started it.
        var systemd = Path.Combine(_folder.FullName, "systemd");
        File.Copy("/bin/sh", systemd);
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var notify = Path.Combine(_folder.FullName, "notify");
        manager.Bind(new UnixDomainSocketEndPoint(notify));
        var url = $"http://127.0.0.1:{Ports.Lasting()}";

        await using var service = ProgramProcess.Run(
            systemd,
            new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = notify, ["ASPNETCORE_ENVIRONMENT"] = "Production", ["DOTNET_ENVIRONMENT"] = null },
            "-c", "dotnet \"$@\" & relay=$!; trap 'kill $relay' TERM; wait; wait $relay", "sh", ProgramProcess.PathOf("Relay.Server"), $"--urls={url}");

        Assert.Equal("READY=1", await HearsAsync(manager));
        using (var http = new HttpClient())
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(url + "/health/ready"), TestContext.Current.CancellationToken)).StatusCode);
        service.Terminate();
        Assert.Equal("STOPPING=1", await HearsAsync(manager));
        Assert.Equal(0, await service.WaitForExitAsync());
    }

    private static async Task<string> HearsAsync(Socket manager)
    {
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, await manager.ReceiveAsync(buffer).WaitAsync(Eventually.Patience));
    }

    private async Task<ProgramProcess> AnalyzeAsync(string what, params string[] options)
    {
        Assert.SkipWhen(InstalledProgram.Missing("systemd-analyze") is not null, InstalledProgram.Missing("systemd-analyze") ?? "");

        // It looks whether the program is there, which here it is not where operators put it.
        var unit = Path.Combine(_folder.FullName, "termchat-relay.service");
        await File.WriteAllTextAsync(
            unit, Repository.Read("deployment", "systemd", "termchat-relay.service").Replace("/opt/termchat-relay/Relay.Server", "/bin/true", StringComparison.Ordinal));
        return ProgramProcess.Run(InstalledProgram.PathOf("systemd-analyze"), new Dictionary<string, string?>(), [what, .. options, unit]);
    }
}
