using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Starts the real programs as a person would, each in a process of its own.</summary>
internal static class Programs
{
    /// <summary>A client on a busy machine is no client that stays silent.</summary>
    public const string PatientRelay = "--Relay:RegistrationTimeout=00:01:00";

    private static readonly Dictionary<string, string?> Development = new() { ["ASPNETCORE_ENVIRONMENT"] = "Development" };

    /// <summary>A relay that is ready, and its address.</summary>
    public static async Task<(ProgramProcess Relay, string Url)> StartRelayAsync(int port = 0, params string[] settings)
    {
        var relay = ProgramProcess.Start("Relay.Server", Development, [$"--urls=http://127.0.0.1:{port}", PatientRelay, .. settings]);
        var ready = await relay.WaitForLineAsync("TermChat relay is ready at ");
        return (relay, ready.Split(' ')[5]);
    }

    public static async Task<ProgramProcess> ListenAsync(string name, string url, params string[] options)
    {
        var listener = ProgramProcess.Start("termchat", ["listen", "--as", name, "--relay", url, .. options]);
        await Eventually.Is($"{name} listens", () => listener.Errors.Lines.Any(line => line.Contains($"listening as {name}", StringComparison.Ordinal)));
        return listener;
    }

    public static ProgramProcess Send(string to, string url, params string[] more) =>
        ProgramProcess.Start("termchat", ["send", to, "--relay", url, .. more]);

    /// <summary>Sends numbered lines through standard input.</summary>
    public static async Task<ProgramProcess> SendLinesAsync(string to, string url, IEnumerable<int> numbers, string name = "alice")
    {
        var sender = Send(to, url, "--stdin", "--as", name);
        foreach (var number in numbers)
            await sender.WriteLineAsync($"{number}");
        return sender;
    }
}
