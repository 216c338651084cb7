using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>The relay's own program, hosted in the test: over memory, or over real sockets on loopback.</summary>
internal sealed class RelayApp : IAsyncDisposable
{
    private readonly WebApplicationFactory<Program> _factory;
    private readonly List<RawPeer> _peers = [];
    private readonly bool _sockets;

    private RelayApp(bool sockets, string environment, Action<IServiceCollection>? services, (string Name, string Value)[] settings)
    {
        _sockets = sockets;
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host
            .UseEnvironment(environment)
            .ConfigureAppConfiguration(configuration => configuration
                .AddInMemoryCollection(
                [
                    // Any free port: the program's own setting would otherwise win over the factory's.
                    KeyValuePair.Create("Urls", (string?)"http://127.0.0.1:0"),

                    // A test's peers acknowledge nothing by themselves, and a stop would wait for them.
                    KeyValuePair.Create("Relay:DrainTimeout", (string?)"00:00:01"),
                ])
                .AddInMemoryCollection(
                    settings.Where(one => !IsForTheProgram(one.Name)).Select(one => KeyValuePair.Create("Relay:" + one.Name, (string?)one.Value))))
            .ConfigureTestServices(added => services?.Invoke(added))
            .ConfigureLogging(logging => logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(Logs)));

        // What the program has to know before it is built: it gets these on its command line.
        foreach (var (name, value) in settings.Where(one => IsForTheProgram(one.Name)))
            _factory = _factory.WithWebHostBuilder(host => host.UseSetting(name, value));

        if (sockets)
        {
            _factory.UseKestrel(0);
            _factory.StartServer();
        }
    }

    public LogVerifier Logs { get; } = new();

    public IServiceProvider Services => _factory.Services;

    public Uri Url => new(_sockets ? _factory.ClientOptions.BaseAddress : _factory.Server.BaseAddress, RelayProtocol.DefaultPath);

    /// <summary>In memory: for what the relay decides.</summary>
    public static RelayApp InMemory(params (string Name, string Value)[] settings) => new(false, "Development", null, settings);

    public static RelayApp InMemory(Action<IServiceCollection> services, params (string Name, string Value)[] settings) =>
        new(false, "Development", services, settings);

    public static RelayApp InEnvironment(string environment, params (string Name, string Value)[] settings) => new(false, environment, null, settings);

    /// <summary>Over real sockets: for what connections do.</summary>
    public static RelayApp OnSockets(params (string Name, string Value)[] settings) => new(true, "Development", null, settings);

    public static RelayApp OnSockets(Action<IServiceCollection> services, params (string Name, string Value)[] settings) =>
        new(true, "Development", services, settings);

    /// <summary>With every log of every level, the framework's too.</summary>
    public static RelayApp WithEveryLog(params (string Name, string Value)[] settings) => new(
        true, "Development", services => services.Configure<LoggerFilterOptions>(options => options.Rules.Clear()), settings);

    private static bool IsForTheProgram(string setting) =>
        setting.StartsWith("Server:", StringComparison.Ordinal) || setting.StartsWith("OTEL_", StringComparison.Ordinal);

    /// <summary>Stops the program as a signal does.</summary>
    public async Task Stop()
    {
        // The program then stops and disposes of itself, so all that is asked of it is asked before.
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        await Task.Run(lifetime.StopApplication);
        await Eventually.Is("the relay has stopped", () => lifetime.ApplicationStopped.IsCancellationRequested);
    }

    /// <summary>A client that is not connected yet.</summary>
    public RawPeer NewPeer(
        bool json = false, bool reconnects = false, HttpTransportType transport = HttpTransportType.WebSockets,
        Action<HttpConnectionOptions>? http = null)
    {
        var peer = new RawPeer(
            Url,
            options =>
            {
                options.Transports = transport;
                if (!_sockets)
                {
                    options.HttpMessageHandlerFactory = _ => _factory.Server.CreateHandler();
                    options.WebSocketFactory = async (context, cancellationToken) =>
                        await _factory.Server.CreateWebSocketClient().ConnectAsync(context.Uri, cancellationToken);
                }

                http?.Invoke(options);
            },
            json,
            reconnects);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A client that has registered.</summary>
    public Task<RawPeer> Enter(string name, string? epoch = null, long sequence = 0) => NewPeer().Enter(name, epoch, sequence);

    /// <summary>Waits until the relay knows that a peer has left: a message to it is then queued.</summary>
    public async Task Leave(RawPeer peer, string name)
    {
        await peer.Leave();
        await Eventually.Is($"the relay knows that {name} left", () => Logs.Entries.Any(entry =>
            entry.Id.Id == 1001 && entry.Message.Contains(PeerId.Parse(name).ToString(), StringComparison.Ordinal)));
    }

    public HttpClient CreateClient() => _factory.CreateClient();

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        await _factory.DisposeAsync();
        Logs.Dispose();
        Logs.Verify();
    }
}
