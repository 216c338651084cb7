using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Protocol;

/// <summary>The relay itself, on a socket of its own, with a clock a transcript can move.</summary>
internal sealed class TranscriptRelay : WebApplicationFactory<Program>
{
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly Departures _departures = new();

    public TranscriptRelay(IReadOnlyDictionary<string, string> settings)
    {
        _settings = settings;
        UseKestrel(0);
        StartServer();
        Hub = new Uri(ClientOptions.BaseAddress, RelayProtocol.DefaultPath);
    }

    public Uri Hub { get; }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>How often the relay has noticed that a peer left.</summary>
    public int LeftCount => _departures.Count;

    /// <summary>Ends the relay as a signal would. Completes when it has ended.</summary>
    public async Task StopAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var registration = lifetime.ApplicationStopped.Register(() => stopped.TrySetResult());
        await Task.Run(lifetime.StopApplication);
        await stopped.Task.WaitAsync(Eventually.Patience, TimeProvider.System);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environments.Development);
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
        builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(Time));
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(_departures));
    }

    /// <summary>Counts the log event that says so: the only place where the relay tells that it noticed.</summary>
    private sealed class Departures : ILoggerProvider, ILogger
    {
        private const int Left = 1001;
        private readonly ConcurrentQueue<string> _left = new();

        public int Count => _left.Count;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == Left)
                _left.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
