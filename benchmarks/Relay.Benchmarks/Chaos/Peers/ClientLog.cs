using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>Counts what transports tell nobody but the log, and passes it on. Any thread.</summary>
internal sealed class ClientLog
{
    private readonly ConcurrentDictionary<string, long> _events = new();

    /// <summary>How often a transport had to wait because the relay takes only so many messages a second.</summary>
    public long SlowedSends => _events.GetValueOrDefault("SendingTooFast");

    /// <summary>How many connections went by long polling.</summary>
    public long PolledConnections => _events.GetValueOrDefault("PollingInstead");

    /// <summary>For one transport, which disposes it.</summary>
    /// <param name="note">Gets every line.</param>
    public ILoggerFactory LoggersFor(Action<string> note) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.None).AddProvider(new Logger(this, note)));

    private sealed class Logger(ClientLog owner, Action<string> note) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            owner._events.AddOrUpdate(eventId.Name ?? "", 1, static (_, count) => count + 1);
            note(formatter(state, exception));
        }
    }
}
