using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>Records what programs under test log, and fails the test for trouble nobody expected.</summary>
/// <remarks>
/// Add it with <c>logging.AddProvider(logs)</c>, as many hosts as there are, and call <see cref="Verify"/> last, when
/// everything under test has been disposed of.
/// </remarks>
public sealed class LogVerifier : ILoggerProvider, ISupportExternalScope
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentQueue<Exception> _unobserved = new();
    private readonly ConcurrentQueue<Func<LogEntry, bool>> _expected = new();
    private readonly ConcurrentQueue<string> _secrets = new();
    private readonly LogLevel _troubleFrom;
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    /// <param name="troubleFrom">The level from which on an entry fails the test unless it is expected.</param>
    public LogVerifier(LogLevel troubleFrom = LogLevel.Error)
    {
        _troubleFrom = troubleFrom;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
    }

    /// <summary>One that counts no task that others have forgotten before. What runs beside the test still counts.</summary>
    public static LogVerifier Fresh()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new LogVerifier();
    }

    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Says that such entries belong to the test. May be said before or after they are logged.</summary>
    public LogVerifier Expect(Func<LogEntry, bool> isExpected)
    {
        _expected.Enqueue(isExpected);
        return this;
    }

    /// <summary>Says that entries with this event name, or this text in their message, belong to the test.</summary>
    public LogVerifier Expect(string eventNameOrText) => Expect(entry =>
        entry.Id.Name == eventNameOrText || entry.Message.Contains(eventNameOrText, StringComparison.Ordinal));

    /// <summary>Names what no entry of any level may contain: PeerIds, the text of payloads.</summary>
    public LogVerifier NeverReveal(params string[] secrets)
    {
        foreach (var secret in secrets)
            _secrets.Enqueue(secret);
        return this;
    }

    /// <summary>Fails for unexpected entries, for revealed secrets, and for exceptions that no one looked at.</summary>
    /// <remarks>The last are those of the whole process, so a test that runs beside this one can be to blame.</remarks>
    /// <exception cref="LogVerificationException">Lists all of it.</exception>
    public void Verify()
    {
        // A forgotten task gives its exception away only when it is collected.
        GC.Collect();
        GC.WaitForPendingFinalizers();

        string[] trouble =
        [
            .. from entry in _entries
               where entry.Level >= _troubleFrom && !_expected.Any(isExpected => isExpected(entry))
               select $"Unexpected: {entry}",
            .. from entry in _entries
               from secret in _secrets
               where entry.Text.Contains(secret, StringComparison.OrdinalIgnoreCase)
               select $"Reveals '{secret}': {entry}",
            .. _unobserved.Select(exception => $"Nobody observed: {exception}"),
        ];
        if (trouble.Length > 0)
            throw new LogVerificationException(trouble);
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => TaskScheduler.UnobservedTaskException -= OnUnobserved;

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs unobserved)
    {
        if (!IsAnEndBehindItsHost(unobserved.Exception))
            _unobserved.Enqueue(unobserved.Exception);
    }

    /// <summary>
    /// SignalR's own: a connection that is still closing when its host is disposed of - behind a stalled link, say - asks
    /// the disposed services for a hub to tell. Nothing of ours runs any more then, and nobody can wait for that task.
    /// </summary>
    private static bool IsAnEndBehindItsHost(AggregateException unobserved) =>
        unobserved.Flatten().InnerExceptions.All(inner => inner is ObjectDisposedException { ObjectName: nameof(IServiceProvider) }
            && inner.StackTrace?.Contains("HubOnDisconnectedAsync", StringComparison.Ordinal) == true);

    private sealed class Recorder(LogVerifier owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var message = formatter(state, exception);
            List<object?> text = [message, exception];
            Add(state, text);
            owner._scopes.ForEachScope(Add, text);
            owner._entries.Enqueue(new LogEntry(logLevel, category, eventId, message, exception, string.Join('\n', text)));
        }

        // Values count too, the ones a message leaves out: a structured log writes them all.
        private static void Add(object? state, List<object?> text)
        {
            text.Add(state);
            if (state is IEnumerable<KeyValuePair<string, object?>> values)
                text.AddRange(values.Select(value => value.Value));
        }
    }
}
