using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Client.Transport.Relay;

/// <summary>Builds the SignalR connection as the protocol wants it.</summary>
internal static class HubConnectionFactory
{
    /// <param name="way">WebSockets, or long polling where they do not get through.</param>
    public static HubConnection Create(RelayTransportOptions options, Uri url, HttpTransportType way, ILoggerFactory? loggers)
    {
        HubConnection connection = null!;
        var builder = new HubConnectionBuilder()
            .WithUrl(url, http =>
            {
                // Without a negotiation: one round trip less, and no second request that a load balancer could send elsewhere.
                http.Transports = way;
                http.SkipNegotiation = way == HttpTransportType.WebSockets;

                // A relay that does not answer the closing handshake holds up nobody's exit.
                http.CloseTimeout = TimeSpan.FromSeconds(1);
                options.ConfigureHttp?.Invoke(http);
                var configured = http.HttpMessageHandlerFactory;
                http.HttpMessageHandlerFactory = handler =>
                    new PolledAnswers(configured?.Invoke(handler) ?? handler, () => connection.State == HubConnectionState.Connecting);
            });
        builder.Services.AddSingleton<IHubProtocol, WaryProtocol>();

        if (way == HttpTransportType.WebSockets)
            builder.Services.AddSingleton<IConnectionFactory, RelaySocketFactory>();

        // No automatic reconnect: it would deliver by the old and the new connection at once, and gives up in the end.
        if (loggers is not null)
            builder.Services.AddSingleton(loggers);

        connection = builder.Build();
        connection.KeepAliveInterval = options.KeepAliveInterval;
        connection.ServerTimeout = options.ServerTimeout;
        return connection;
    }
}
