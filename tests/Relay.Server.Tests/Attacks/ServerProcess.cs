using System.Globalization;
using System.Text.Json;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>The relay in a process of its own, so that its memory is its own; and two peers who behave, and must not notice anything.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ProgramProcess _program;
    private readonly CancellationTokenSource _enough = new();
    private readonly HttpClient _http = new();
    private RawPeer _alice = null!;
    private RawPeer _bob = null!;
    private Task _talk = Task.CompletedTask;

    private ServerProcess(ProgramProcess program) => _program = program;

    public Uri Url { get; private set; } = null!;

    public double Megabytes => ProcessMemory.Resident(_program) / 1e6;

    public double PeakMegabytes => ProcessMemory.Peak(_program) / 1e6;

    public int Handles => Directory.GetFileSystemEntries($"/proc/{_program.Id}/fd").Length;

    /// <summary>The longest a message took so far from one of the two to the other.</summary>
    public TimeSpan Slowest { get; private set; }

    public int Exchanged { get; private set; }

    public static Task<ServerProcess> Start(params string[] settings) => Start([], settings);

    /// <summary>With a thread pool that does not grow.</summary>
    public static Task<ServerProcess> StartWithThreads(int threads, params string[] settings) =>
        Start(new() { ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = threads.ToString("x", CultureInfo.InvariantCulture) }, settings);

    /// <param name="memoryLimit">
    /// In bytes, as a service manager or a container has it. The collector takes three quarters of such a limit, and is told that much here, because
    /// tests have no right to limit a process.
    /// </param>
    /// <param name="settings">Each as <c>Name=Value</c>, without <c>Relay:</c>.</param>
    public static Task<ServerProcess> StartLimited(long memoryLimit, params string[] settings) =>
        Start(new() { ["DOTNET_GCHeapHardLimit"] = (memoryLimit / 4 * 3).ToString("x", CultureInfo.InvariantCulture) }, settings);

    private static async Task<ServerProcess> Start(Dictionary<string, string?> environment, string[] settings)
    {
        environment["DOTNET_ENVIRONMENT"] = "Development";
        var server = new ServerProcess(ProgramProcess.Start(
            "Relay.Server", environment, ["--urls", "http://127.0.0.1:0", .. settings.Select(setting => "--Relay:" + setting)]));
        var line = await server._program.WaitForLineAsync("TermChat relay is ready at ");
        server.Url = new Uri(new Uri(line.Split(' ')[5]), RelayProtocol.DefaultPath);
        server._alice = await new RawPeer(server.Url).Enter("alice");
        server._bob = await new RawPeer(server.Url).Enter("bob");
        await server.Exchange();
        server._talk = Task.Run(async () =>
        {
            while (!server._enough.IsCancellationRequested)
                await server.Exchange();
        });
        return server;
    }

    /// <summary>The bytes all mailboxes hold now, as the relay itself says.</summary>
    public Task<long> MailboxBytes() => Now("mailboxBytes");

    /// <summary>The messages in them.</summary>
    public Task<long> MailboxMessages() => Now("mailboxMessages");

    /// <summary>The peers that are connected, the two among them.</summary>
    public Task<long> Peers() => Now("peers");

    /// <summary>Waits until its log has a line with that.</summary>
    public Task<string> Logs(string text) => _program.WaitForLineAsync(text);

    /// <summary>SIGTERM, as service managers do.</summary>
    public void Terminate() => _program.Terminate();

    /// <returns>Its exit code.</returns>
    public Task<int> HasEnded() => _program.WaitForExitAsync();

    /// <summary>Ends the talk of the two, in which nothing was lost, doubled or out of order.</summary>
    public async Task EndTalk()
    {
        await _enough.CancelAsync();
        await _talk;
        Assert.Equal(Enumerable.Range(1, Exchanged).Select(number => $"{number}"), _bob.Texts);
        Assert.Empty(_alice.All<RelayError>());
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _talk.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _program.DisposeAsync();
        _enough.Dispose();
        _http.Dispose();
    }

    private async Task<long> Now(string figure)
    {
        using var status = JsonDocument.Parse(await _http.GetStringAsync(new Uri(Url, "/status.json?after=9223372036854775807")));
        return status.RootElement.GetProperty("now").GetProperty(figure).GetInt64();
    }

    private async Task Exchange()
    {
        var start = TimeProvider.System.GetTimestamp();
        await _alice.Send("bob", $"{Exchanged + 1}");
        await _bob.SeesMessages(Exchanged + 1);
        await _bob.Acknowledge(_bob.Position);
        Exchanged++;
        var took = TimeProvider.System.GetElapsedTime(start);
        Slowest = took > Slowest ? took : Slowest;
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
    }
}
