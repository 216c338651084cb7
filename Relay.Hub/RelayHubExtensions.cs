using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.Mailboxes;
using Relay.Hub.Observability;
using Relay.Hub.Sessions;
using Relay.Hub.WebSockets;

namespace Relay.Hub;

/// <summary>Puts a relay into an ASP.NET Core application: <c>AddRelayHub()</c>, then <c>MapRelayHub()</c>.</summary>
public static class RelayHubExtensions
{
    /// <summary>The tag of the readiness check this adds to the application's health checks.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Adds the relay's services. Its options come from the configuration section <c>Relay</c>.</summary>
    /// <param name="configure">Sets options in code, over the configuration.</param>
    public static IServiceCollection AddRelayHub(this IServiceCollection services, Action<RelayOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        // A misspelt setting stops the start as a wrong value does: silently ignored, it would be found out too late.
        var options = services.AddOptions<RelayOptions>()
            .BindConfiguration(RelayOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RelayOptions>, RelayOptionsValidator>());

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PeerDirectory>();
        services.TryAddSingleton<LiveOptions>();
        services.TryAddSingleton<AccessControl>();
        services.TryAddSingleton<ConnectionLimits>();
        services.TryAddSingleton<ConnectionGate>();
        services.TryAddSingleton<ProofCheck>();
        services.TryAddSingleton<RegistrationCheck>();
        services.TryAddSingleton<SessionRegistry>();
        services.AddMetrics();
        services.TryAddSingleton<RelayMetrics>();
        services.TryAddSingleton<RelayGauges>();
        services.TryAddSingleton(provider =>
            new RelayStatus(provider.GetRequiredService<RelayMetrics>(), provider.GetRequiredService<SessionRegistry>()));
        services.TryAddSingleton<RelayAdministration>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAdmissionPolicy, AccessPolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAdmissionPolicy, RegistrationRatePolicy>());
        services.AddHostedService<AccessFileWatcher>();
        services.AddHostedService<MailboxSweeper>();
        services.TryAddSingleton<PollingClients>();
        services.TryAddSingleton<WebSocketConnections>();
        services.AddHostedService(static provider => provider.GetRequiredService<WebSocketConnections>());
        services.AddHealthChecks().AddCheck<RelayReadiness>("relay", tags: [ReadyTag]);

        // Options binding must not bring back what the hub's contract rules out, so this is set here and not configurable.
        // AddHubOptions, though it sets nothing: without it SignalR does not look at this hub's own options.
        services.AddSignalR().AddMessagePackProtocol().AddHubOptions<RelayHub>(_ => { });
        services.TryAddSingleton<HubConnectionHandler<RelayHub>, RelayConnectionHandler>();
        services.AddOptions<HubOptions<RelayHub>>().Configure<IOptions<RelayOptions>>(static (hub, relay) =>
        {
            hub.MaximumReceiveMessageSize = relay.Value.MaxFrameBytes;
            hub.KeepAliveInterval = relay.Value.KeepAliveInterval;
            hub.ClientTimeoutInterval = relay.Value.ClientTimeout;
            hub.HandshakeTimeout = relay.Value.RegistrationTimeout;
            hub.EnableDetailedErrors = false;
            hub.DisableImplicitFromServicesParameters = true;

            // Order: the calls of one connection run one after the other.
            hub.MaximumParallelInvocationsPerClient = 1;
        });
        return services;
    }

    /// <summary>Maps the hub to <see cref="RelayOptions.Path"/>.</summary>
    public static HubEndpointConventionBuilder MapRelayHub(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        var services = endpoints.ServiceProvider;
        var options = services.GetRequiredService<IOptions<RelayOptions>>().Value;
        var hub = endpoints.MapHub<RelayHub>(options.Path, connection =>
        {
            // Redelivery after a lost connection is the mailbox's work; SignalR's own would be a second, weaker one.
            connection.AllowStatefulReconnects = false;

            // Who can have no WebSocket can poll. Server-sent events would only be one more way to defend.
            connection.Transports = HttpTransportType.WebSockets | HttpTransportType.LongPolling;
            connection.TransportSendTimeout = WebSocketConnections.SendTimeout;
        });
        TransportRoute.Add(endpoints, hub);

        // Nobody else asks for them: they are there to be looked at from outside.
        services.GetRequiredService<RelayGauges>();

        // After MapHub: stopping callbacks run last in, first out, so clients are told before SignalR cuts them off.
        // Waiting here is what holds the shutdown; it is bounded by Relay:DrainTimeout.
        var sessions = services.GetRequiredService<SessionRegistry>();
        services.GetRequiredService<AccessControl>().Changed += sessions.ApplyAccess;
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
            .Register(() => sessions.DrainAsync().GetAwaiter().GetResult());
        return hub;
    }
}
