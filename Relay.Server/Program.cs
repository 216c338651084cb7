using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Relay.Hub;
using Relay.Server;
using Relay.Server.Admin;
using Relay.Server.Health;
using Relay.Server.Status;
using Relay.Server.Telemetry;
using Relay.Server.Tls;

if (CommandLine.Answer(args, Console.Out, Console.Error) is { } exitCode)
    return exitCode;

try
{
    // Its settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddSystemd();
    Secrets.AddFromServiceManager(builder.Configuration);
    builder.Services.AddRelayHub();
    builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();
    builder.WebHost.UseSockets(sockets =>
    {
        // The hub's methods never wait, so what a socket brought can be worked on where it was read: two hops between threads less.
        sockets.UnsafePreferInlineScheduling = true;
        sockets.MaxReadBufferSize = SocketLimits.Unread;
        sockets.CreateBoundListenSocket = SocketLimits.Listen;
    });
    Proxies.Add(builder.Services);
    ListenAddress.SetDefault(builder);
    builder.WebHost.ConfigureKestrel(SocketLimits.Configure);
    builder.Services.AddHostedService<KestrelLimits>();

    // Behind the drain Kestrel waits for requests that are under way, and a stranger's never ends: 30 s, by itself, in which nobody can connect.
    builder.Services.AddOptions<HostOptions>().Configure<IOptions<RelayOptions>>(
        (host, relay) => host.ShutdownTimeout = relay.Value.DrainTimeout + TimeSpan.FromSeconds(5));

    var options = builder.AddServerOptions();
    builder.AddTlsCertificate(options);
    builder.AddRelayTelemetry(options);
    builder.Services.AddRelayAdmin();
    builder.AddStatusPage(options);

    var app = builder.Build();
    Proxies.Use(app);
    RequestTime.Use(app);
    app.MapRelayHub();
    app.MapRelayHealth();
    app.MapRelayMetrics();
    app.MapStatusPage();
    app.MapRelayAdmin();
    app.Lifetime.ApplicationStarted.Register(() => ReadyLine.Write(app));
    app.Lifetime.ApplicationStarted.Register(() => OriginsCheck.Warn(app));
    app.Lifetime.ApplicationStarted.Register(() => TlsCertificate.WarnIfUnused(app, options));
    app.Lifetime.ApplicationStarted.Register(() => SettingsFiles.Watch(app));
    SettingsChange.Watch(app);

    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.TryExplain(failure) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}

/// <summary>Named so that tests can host the program.</summary>
public partial class Program;
