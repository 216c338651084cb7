using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>Counts what transports tell nobody but the log. Any thread.</summary>
internal sealed class ClientLog : ILoggerProvider
{
    private readonly ConcurrentDictionary<string, long> _events = new();

    public ClientLog() => Loggers = LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.None).AddProvider(this));

    public ILoggerFactory Loggers { get; }

    /// <summary>How often a transport had to wait because the relay takes only so many messages a second.</summary>
    public long SlowedSends => _events.GetValueOrDefault("SendingTooFast");

    /// <summary>How many connections went by long polling.</summary>
    public long PolledConnections => _events.GetValueOrDefault("PollingInstead");

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => Loggers.Dispose();

    private sealed class Logger(ClientLog owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._events.AddOrUpdate(eventId.Name ?? "", 1, static (_, count) => count + 1);
    }
}
