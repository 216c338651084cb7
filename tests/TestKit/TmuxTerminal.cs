using System.Diagnostics;
using System.Globalization;

namespace TestKit;

/// <summary>A real terminal with a program in it: tmux, in a server of its own.</summary>
/// <remarks>
/// <code>
/// Assert.SkipWhen(TmuxTerminal.Unavailable is not null, TmuxTerminal.Unavailable ?? "");
/// await using var terminal = await TmuxTerminal.StartAsync(80, 24, "termchat", "--profile", folder);
/// await terminal.WaitForAsync("connected to");
/// await terminal.TypeAsync("Hello");
/// await terminal.PressAsync("Enter");
/// </code>
/// After the program's end, the screen stays as the program left it.
/// </remarks>
public sealed class TmuxTerminal : IAsyncDisposable
{
    private readonly string _server;

    private TmuxTerminal(string server) => _server = server;

    /// <summary>Why there can be no terminal here and what to do about it; null if there can.</summary>
    public static string? Unavailable { get; } =
        OperatingSystem.IsWindows() ? "tmux does not run on Windows."
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "tmux"))) ? null
        : "tmux is not on the path. Install it from your system's packages.";

    /// <summary>Starts a .NET program that was built along with the tests, as <see cref="ProgramProcess.Start(string, string[])"/> does.</summary>
    public static Task<TmuxTerminal> StartAsync(int columns, int rows, string program, params string[] arguments) =>
        StartAsync(columns, rows, program, new Dictionary<string, string?>(), arguments);

    /// <param name="environment">Variables to set on top of the tests' own; null removes one.</param>
    public static Task<TmuxTerminal> StartAsync(
        int columns, int rows, string program, IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        RunAsync(columns, rows, environment, ["dotnet", ProgramProcess.PathOf(program), .. arguments]);

    /// <summary>Starts any program on the path, in UTF-8 unless the environment says otherwise.</summary>
    public static async Task<TmuxTerminal> RunAsync(
        int columns, int rows, IReadOnlyDictionary<string, string?> environment, params string[] command)
    {
        var terminal = new TmuxTerminal($"testkit-{Environment.ProcessId}-{Guid.NewGuid():N}");
        string[] variables = [.. environment.Select(pair => pair.Value is null ? $"--unset={pair.Key}" : $"{pair.Key}={pair.Value}")];
        // env takes options before assignments.
        string[] env = ["env", "--unset=DisableRealDriverIO", .. variables.Where(IsOption), "LC_ALL=C.UTF-8", .. variables.Where(entry => !IsOption(entry)), .. command];

        // Set before the program starts, so that nothing it wrote is lost when it ends at once.
        await terminal.TmuxAsync(
            ["-f", "/dev/null", "-u", "new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "sleep 1000",
            ";", "set-option", "-g", "remain-on-exit", "on",
            ";", "set-option", "-g", "remain-on-exit-format", "",
            ";", "set-option", "-g", "status", "off",
            ";", "resize-window", "-x", $"{columns}", "-y", $"{rows}",
            ";", "respawn-pane", "-k", string.Join(' ', env.Select(Quoted))]);
        return terminal;
    }

    /// <summary>What is on the screen: its rows without the spaces at their ends, each closed by a line break.</summary>
    public Task<string> CaptureAsync() => TmuxAsync("capture-pane", "-p");

    /// <summary>As <see cref="CaptureAsync"/>, with the escape sequences for colours and styles.</summary>
    public Task<string> CaptureWithLooksAsync() => TmuxAsync("capture-pane", "-p", "-e");

    /// <summary>Waits until the screen shows what is waited for.</summary>
    /// <returns>That screen.</returns>
    /// <exception cref="TimeoutException">It did not come in time; the message holds the last screen.</exception>
    public async Task<string> WaitForAsync(Func<string, bool> isThere, TimeSpan? within = null)
    {
        var patience = within ?? Eventually.Patience;
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var screen = await CaptureAsync();
            if (isThere(screen))
                return screen;
            if (TimeProvider.System.GetElapsedTime(start) > patience)
                throw new TimeoutException($"The terminal did not show what was waited for within {patience}. It shows:\n{screen}");

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Waits until the screen shows a text.</summary>
    public async Task<string> WaitForAsync(string text, TimeSpan? within = null)
    {
        try
        {
            return await WaitForAsync(screen => screen.Contains(text, StringComparison.Ordinal), within);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"The terminal did not show \"{text}\". {late.Message}", late);
        }
    }

    /// <summary>Types a text on one line, as a keyboard would.</summary>
    public Task TypeAsync(string text) => TmuxAsync("send-keys", "-l", "--", Whole(text));

    /// <summary>Presses keys by tmux's names for them: <c>Enter</c>, <c>PageUp</c>, <c>C-c</c>, <c>M-Down</c>.</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", .. keys]);

    /// <summary>Inserts a text from the clipboard: in brackets, if the program has asked for that, as terminals do.</summary>
    public async Task PasteAsync(string text)
    {
        await TmuxAsync("set-buffer", "--", Whole(text));
        await TmuxAsync("paste-buffer", "-p", "-d");
    }

    public Task ResizeAsync(int columns, int rows) => TmuxAsync("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    /// <summary>What tmux knows about the terminal, in its own format: <c>#{alternate_on}</c>, <c>#{cursor_flag}</c>, <c>#{pane_pid}</c>.</summary>
    public async Task<string> AskAsync(string format) => (await TmuxAsync("display-message", "-p", format)).TrimEnd('\n');

    /// <summary>Waits until the program has ended.</summary>
    /// <returns>Its exit code; 128 and the signal's number if a signal ended it.</returns>
    public async Task<int> WaitForExitAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            switch ((await AskAsync("#{pane_dead} #{pane_dead_status} #{pane_dead_signal}")).Split(' '))
            {
                case ["1", { Length: > 0 } status, _]:
                    return int.Parse(status, CultureInfo.InvariantCulture);
                case ["1", "", { Length: > 0 } signal]:
                    return 128 + int.Parse(signal, CultureInfo.InvariantCulture);
                case ["1", ..]:
                    // Its output has ended; tmux sometimes misses that the program has, and looks again when another child of its own ends.
                    await TmuxAsync("run-shell", "-b", "true");
                    break;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Eventually.Patience)
                throw new TimeoutException($"The program in the terminal still ran after {Eventually.Patience}. It shows:\n{await CaptureAsync()}");

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Its programs get SIGHUP, as from a terminal that was closed.
        var socket = await TmuxAsync(mayFail: true, "display-message", "-p", "#{socket_path}");
        await TmuxAsync(mayFail: true, "kill-server");
        if (socket.TrimEnd('\n') is { Length: > 0 } path)
            File.Delete(path);
    }

    private static bool IsOption(string argument) => argument.StartsWith("--", StringComparison.Ordinal);

    // At the end of an argument, a semicolon would begin another command.
    private static string Whole(string text) => text.EndsWith(';') ? text[..^1] + "\\;" : text;

    private static string Quoted(string argument) => "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private Task<string> TmuxAsync(params string[] arguments) => TmuxAsync(mayFail: false, arguments);

    private async Task<string> TmuxAsync(bool mayFail, params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _server, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Started inside another tmux, it would talk to that one.
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 || mayFail
            ? output
            : throw new InvalidOperationException($"tmux {string.Join(' ', arguments)} failed: {await errors}");
    }
}
