using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TestKit;

namespace Relay.Benchmarks.Servers;

/// <summary>A server in a process of its own. Killed when disposed.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private const int LinesOfAnError = 12;

    private readonly Queue<string> _said = new();
    private readonly List<string> _firstError = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo start, string? readyMark)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        void Hear(string? line)
        {
            if (line is null)
                return;
            Said?.Invoke(line);
            lock (_said)
            {
                _said.Enqueue(line);
                while (_said.Count > 20)
                    _said.Dequeue();
                if (line.StartsWith("fail: ", StringComparison.Ordinal) || line.StartsWith("crit: ", StringComparison.Ordinal))
                    LoggedErrors++;
                if (LoggedErrors > 0 && _firstError.Count < LinesOfAnError)
                    _firstError.Add(line);
            }

            if (readyMark is not null && line.Contains(readyMark, StringComparison.Ordinal))
                _ready.TrySetResult(line);
        }

        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(Ended());
        // Also when this program is told to end in the middle of a run.
        AppDomain.CurrentDomain.ProcessExit += Kill;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>A line it has written, to its output or its errors. Raised by the threads that read them.</summary>
    public event Action<string>? Said;

    public int Id => _process.Id;

    /// <summary>How many errors it has logged, as ASP.NET Core's console does.</summary>
    public int LoggedErrors { get; private set; }

    /// <summary>The first of those, or its beginning; empty if there is none.</summary>
    public string FirstError
    {
        get
        {
            lock (_said)
                return string.Join(Environment.NewLine, _firstError);
        }
    }

    /// <summary>Whether it has ended, by itself or by a fault.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Whether the .NET runtime in it can be asked.</summary>
    public bool IsDotnet { get; private init; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>User and system time since it started, of all its threads.</summary>
    /// <exception cref="InvalidOperationException">It has ended.</exception>
    public TimeSpan CpuTime
    {
        get
        {
            if (_process.HasExited)
                throw Ended();
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory it has in RAM now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>How many files and sockets it has open. Linux only; 0 elsewhere.</summary>
    public int Handles => OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries($"/proc/{Id}/fd").Count() : 0;

    /// <summary>Starts a .NET server, which says itself when it is ready and where.</summary>
    public static async Task<ServerProcess> StartDotnetAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        const string mark = "ready at http://";
        var server = new ServerProcess(StartInfo("dotnet", arguments), mark) { IsDotnet = true };
        try
        {
            var line = await server._ready.Task.WaitAsync(Patience, TimeProvider.System, cancellationToken);
            var url = line[(line.IndexOf(mark, StringComparison.Ordinal) + "ready at ".Length)..].Split(' ')[0];
            server.Address = new Uri(url);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server that is told its port, and waits until it listens there.</summary>
    /// <param name="port">0 for a free one.</param>
    public static async Task<ServerProcess> StartAtPortAsync(
        string file, Func<int, IEnumerable<string>> arguments, CancellationToken cancellationToken, int port = 0)
    {
        port = port == 0 ? UnusedPort() : port;
        var server = new ServerProcess(StartInfo(file, arguments(port)), null) { Address = new Uri($"tcp://127.0.0.1:{port}") };
        try
        {
            await server.ListensAsync(port, cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How much of a core it takes, on average over so long: 1 is all of one.</summary>
    public async Task<double> LoadAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var (start, cpu) = (TimeProvider.System.GetTimestamp(), CpuTime);
        await Task.Delay(time, TimeProvider.System, cancellationToken);
        return (CpuTime - cpu) / TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Lets it do nothing at all, not even answer, until <see cref="Continue"/>.</summary>
    public void Suspend() => Signals.Send(_process, Signals.Stop);

    public void Continue() => Signals.Send(_process, Signals.Continue);

    /// <summary>SIGTERM: asks it to end, as service managers do, and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        Signals.Send(_process, Signals.Terminate);
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(Patience, TimeProvider.System, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(null, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        return start;
    }

    private static int UnusedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private async Task ListensAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                if (_process.HasExited)
                    throw Ended();
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
    }

    private void Kill(object? sender, EventArgs arguments)
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    private InvalidOperationException Ended()
    {
        lock (_said)
            return new InvalidOperationException($"The server ended. It said last:\n{string.Join('\n', _said)}");
    }
}
