using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>The real relay as an operator runs it: Production, keys only. It can be killed, and comes back at its address.</summary>
internal sealed class RelayProcess : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> Production = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["DOTNET_ENVIRONMENT"] = null,
    };

    private readonly string[] _arguments;
    private readonly List<ProgramProcess> _runs = [];

    private RelayProcess(string url, string[] settings) => (Url, _arguments) = (url, [$"--urls={url}", Programs.PatientRelay, .. settings]);

    public string Url { get; }

    /// <summary>The process that runs now.</summary>
    public ProgramProcess Process => _runs[^1];

    /// <summary>All that its processes have said so far.</summary>
    public string Said => string.Join('\n', _runs.Select(run => $"{run.Output}\n{run.Errors}"));

    public static async Task<RelayProcess> StartAsync(params string[] settings)
    {
        var relay = new RelayProcess($"http://127.0.0.1:{Ports.Lasting()}", settings);
        try
        {
            await relay.StartAgainAsync();
            return relay;
        }
        catch
        {
            // One that was too slow to say so must not go on without anybody who ends it.
            await relay.DisposeAsync();
            throw;
        }
    }

    /// <summary>All it held in memory is gone with it.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    public async Task StartAgainAsync()
    {
        _runs.Add(ProgramProcess.Start("Relay.Server", Production, _arguments));
        await Process.WaitForLineAsync("TermChat relay is ready at ");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs)
            await run.DisposeAsync();
    }
}
