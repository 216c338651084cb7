using Microsoft.Extensions.Logging;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>Tells of what the transport logs as an error, and of code of its that threw into SignalR.</summary>
/// <remarks>SignalR's client logs each connection that ended as an error, and each argument it cannot read: here that is what they are there for.</remarks>
internal sealed class TroubleLog(Action<string> found) : ILoggerProvider
{
    private static readonly string[] Throwing = ["ErrorInvokingClientSideMethod", "ErrorDuringClosedEvent"];

    public ILogger CreateLogger(string categoryName) => new Logger(found, categoryName.StartsWith("Microsoft.", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(Action<string> found, bool isSignalR) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && (!isSignalR || Throwing.Contains(eventId.Name)))
                found($"{logLevel} {eventId.Name}: {formatter(state, exception)} {exception}");
        }
    }
}
