using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Chaos;

/// <summary>Runs the server: one process at a time, at the same port, and what was wrong with those that ended.</summary>
internal sealed class ServerKeeper : IAsyncDisposable
{
    private readonly ISubject _subject;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly List<string> _trouble = [];
    private readonly Dictionary<string, long> _refused = [];

    private ServerKeeper(ISubject subject, ServerProcess first) => (_subject, Server) = (subject, first);

    /// <summary>The process that runs now, or is about to be replaced.</summary>
    public ServerProcess Server { get; private set; }

    /// <summary>How many were told to end.</summary>
    public int Restarts { get; private set; }

    /// <summary>What no server should do: end in another way than it was told to, or log errors.</summary>
    public IReadOnlyList<string> Trouble => Server.LoggedErrors == 0 ? _trouble : [.. _trouble, LoggedErrors];

    private string LoggedErrors => $"the server logged {Server.LoggedErrors} errors, the first of them:{Environment.NewLine}{Server.FirstError}{Environment.NewLine}";

    public static async Task<ServerKeeper> StartAsync(ISubject subject, CancellationToken cancellationToken) =>
        new(subject, await subject.StartAsync(cancellationToken));

    /// <summary>The process that runs, once none is about to be replaced.</summary>
    /// <returns>And how many there were: if that stays the same, it was not told to end meanwhile.</returns>
    public async Task<(ServerProcess Server, int Restarts)> RunningAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return (Server, Restarts);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>What all processes so far have refused, by the name of the error; of a relay only. Nothing is restarted meanwhile, or from here on.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RefusedAsync(CancellationToken cancellationToken)
    {
        await CountRefusalsAsync(cancellationToken);
        return _refused;
    }

    /// <summary>Ends the process, and starts the next one.</summary>
    /// <param name="politely">Whether it is asked to end, or killed.</param>
    public async Task RestartAsync(bool politely, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            Restarts++;
            await CountRefusalsAsync(cancellationToken);
            if (politely && await Server.TerminateAsync(cancellationToken) is not 0 and var exitCode)
                _trouble.Add($"the server ended with exit code {exitCode} after SIGTERM");
            await Server.DisposeAsync();
            if (Server.LoggedErrors > 0)
                _trouble.Add(LoggedErrors);
            Server = await _subject.StartAsync(cancellationToken);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task CountRefusalsAsync(CancellationToken cancellationToken)
    {
        if (!_subject.IsRelay)
            return;
        foreach (var (reason, times) in await Refusals.ReadAsync(Server, cancellationToken))
            _refused[reason] = _refused.GetValueOrDefault(reason) + times;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _oneAtATime.Dispose();
    }
}
