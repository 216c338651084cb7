using Microsoft.Extensions.Logging;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>Counts how often transports had to wait because the relay takes only so many messages a second, which they tell nobody but the log. Any thread.</summary>
internal sealed class SlowedSends : ILoggerProvider
{
    private const string Event = "SendingTooFast";

    private long _count;

    public SlowedSends() => Loggers = LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.None).AddProvider(this));

    public ILoggerFactory Loggers { get; }

    public long Count => Interlocked.Read(ref _count);

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void Dispose() => Loggers.Dispose();

    private sealed class Logger(SlowedSends owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == Event)
                Interlocked.Increment(ref owner._count);
        }
    }
}
