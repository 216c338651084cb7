using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Somebody who runs the real <c>termchat</c>, with a profile of their own and no other settings than a test makes.</summary>
internal sealed class PersonProcess(string url = "") : IDisposable
{
    private static readonly string Dll = Path.Combine(AppContext.BaseDirectory, "programs", "termchat", "termchat.dll");

    public string Folder { get; } = Directory.CreateTempSubdirectory("termchat-").FullName;

    public Dictionary<string, string?> Environment { get; } = new()
    {
        ["TERMCHAT_PROFILE"] = null,
        ["TERMCHAT_RELAY"] = url,
        ["TERMCHAT_LOG"] = null,
    };

    public string KeyPath => Path.Combine(Folder, "identity.key");

    /// <summary>What its runs have logged so far.</summary>
    public string Log => Path.Combine(Folder, "termchat.log") is var log && File.Exists(log) ? File.ReadAllText(log) : "";

    public ProgramProcess Start(params string[] arguments)
    {
        Environment["TERMCHAT_PROFILE"] = Folder;
        return ProgramProcess.Start("termchat", Environment, arguments);
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>What it printed.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        Assert.True(await program.WaitForExitAsync() == 0, program.Story());
        return program.Output.ToString();
    }

    /// <summary>Opens the full-screen client in a terminal of its own.</summary>
    public Task<TmuxTerminal> OpenAsync(int columns, int rows) =>
        TmuxTerminal.StartAsync(columns, rows, "termchat", Environment, "--profile", Folder);

    /// <summary>Opens a terminal with a shell, in which the full-screen client runs and the shell goes on after it.</summary>
    public Task<TmuxTerminal> OpenFromShellAsync(int columns, int rows) => TmuxTerminal.RunAsync(
        columns, rows, Environment, "sh", "-c", "\"$@\"; echo \"left with $?\"; read line", "sh", "dotnet", Dll, "--profile", Folder);

    /// <summary>A bash in which <c>termchat</c> is the program under test.</summary>
    public ProgramProcess Bash(string script)
    {
        Environment["TERMCHAT_PROFILE"] = Folder;
        Environment["TERMCHAT_DLL"] = Dll;
        return ProgramProcess.Run("bash", Environment, "-c", "termchat() { dotnet \"$TERMCHAT_DLL\" \"$@\"; }\n" + script);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
