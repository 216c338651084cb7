using System.Diagnostics;

namespace TestKit;

/// <summary>A program in an operating-system process of its own, to be killed in the middle of things.</summary>
/// <remarks>Killed when disposed, if it still runs. Its standard input is a pipe that stays open until <see cref="CloseInput"/>.</remarks>
public sealed class ProgramProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;

    private ProgramProcess(string name, ProcessStartInfo start)
    {
        _name = name;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Errors.Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has written to standard output so far.</summary>
    public ProgramOutput Output { get; } = new();

    /// <summary>What it has written to standard error so far.</summary>
    public ProgramOutput Errors { get; } = new();

    /// <summary>Starts a program that was built along with the tests: <c>Relay.Server</c> or <c>termchat</c>.</summary>
    public static ProgramProcess Start(string program, params string[] arguments) =>
        Start(program, new Dictionary<string, string?>(), arguments);

    /// <summary>Starts a program that was built along with the tests.</summary>
    /// <param name="program">The name of its dll, without extension, beside the tests' own.</param>
    /// <param name="environment">Variables to set on top of the tests' own; null removes one.</param>
    /// <param name="arguments">Its command line, one by one.</param>
    public static ProgramProcess Start(string program, IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        Run("dotnet", environment, [PathOf(program), .. arguments]);

    /// <summary>Where the dll of a program is that was built along with the tests.</summary>
    public static string PathOf(string program)
    {
        // In a folder of its own if the test project made one, else beside the tests.
        var dll = Path.Combine(AppContext.BaseDirectory, "programs", program, program + ".dll");
        if (!File.Exists(dll))
            dll = Path.Combine(AppContext.BaseDirectory, program + ".dll");
        if (!File.Exists(dll))
            throw new FileNotFoundException($"{program} is not beside the tests. Does the test project reference it?", dll);

        return dll;
    }

    /// <summary>Starts any program on the path, such as <c>node</c>.</summary>
    public static ProgramProcess Run(string file, IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        // Elsewhere than in the sources: a program must find its settings from where it is, not from where it was started.
        var start = Signals.Heard(file, arguments);
        start.WorkingDirectory = AppContext.BaseDirectory;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        return new ProgramProcess(Path.GetFileNameWithoutExtension(file == "dotnet" ? arguments[0] : file), start);
    }

    /// <summary>Waits for a line on standard output, be it written already or still to come.</summary>
    /// <returns>The first such line.</returns>
    /// <exception cref="InvalidOperationException">The program ended without it; the message holds all it said.</exception>
    /// <exception cref="TimeoutException">It did not come in time; the message holds all it said.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt, TimeSpan? within = null)
    {
        var patience = within ?? Eventually.Patience;
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var changed = Output.Changed;
            var ended = Output.Ended;
            if (Output.Lines.FirstOrDefault(isIt) is { } line)
                return line;
            if (ended)
                throw new InvalidOperationException($"{_name} ended without the line that was waited for. {Story()}");

            var left = patience - TimeProvider.System.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
                throw new TimeoutException($"{_name} did not write the line that was waited for within {patience}. {Story()}");
            await changed.WaitAsync(left, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for a line that contains a text.</summary>
    public Task<string> WaitForLineAsync(string text, TimeSpan? within = null) =>
        WaitForLineAsync(line => line.Contains(text, StringComparison.Ordinal), within);

    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>SIGKILL: it is gone at once, without a chance to say goodbye.</summary>
    public void Kill() => Signals.Send(_process, Signals.Kill);

    /// <summary>SIGINT, as Ctrl+C does.</summary>
    public void Interrupt() => Signals.Send(_process, Signals.Interrupt);

    /// <summary>SIGTERM, as service managers do.</summary>
    public void Terminate() => Signals.Send(_process, Signals.Terminate);

    /// <summary>SIGSTOP: it stands still, with its connections open, until <see cref="Continue"/>.</summary>
    public void Suspend() => Signals.Send(_process, Signals.Stop);

    /// <summary>SIGCONT, after <see cref="Suspend"/>.</summary>
    public void Continue() => Signals.Send(_process, Signals.Continue);

    /// <summary>Waits until it has ended and all it wrote has been read.</summary>
    /// <returns>Its exit code; 128 and the signal's number if a signal ended it.</returns>
    /// <exception cref="TimeoutException">It still runs; the message holds all it said.</exception>
    public async Task<int> WaitForExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Eventually.Patience, TimeProvider.System);
            return _process.ExitCode;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_name} still ran after {Eventually.Patience}. {Story()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>All it said, for failure messages.</summary>
    public string Story() =>
        $"{(HasExited ? $"Exit code {_process.ExitCode}." : "It is running.")}\n" +
        $"--- standard output ---\n{Output}\n--- standard error ---\n{Errors}\n---";
}
