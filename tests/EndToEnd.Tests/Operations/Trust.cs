using System.Security.Cryptography.X509Certificates;
using Client.Transport.Relay;
using Microsoft.AspNetCore.Http.Connections.Client;
using Relay.Contracts;

namespace EndToEnd.Tests.Operations;

/// <summary>Transports that trust the test's own certificates, and no others.</summary>
internal static class Trust
{
    public static RelayTransport Transport(Uri relay, PeerKey key, params X509Certificate2[] trusted) => new(new RelayTransportOptions
    {
        Url = relay,
        Key = key,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        RegistrationTimeout = TimeSpan.FromSeconds(30),
        ReconnectDelay = TimeSpan.FromMilliseconds(50),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(500),
        ConfigureHttp = http => Configure(http, trusted),
    });

    private static void Configure(HttpConnectionOptions http, X509Certificate2[] trusted)
    {
        http.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback = (_, shown, _, _) => IsTrusted(shown);
        http.HttpMessageHandlerFactory = handler =>
        {
            ((HttpClientHandler)handler).ServerCertificateCustomValidationCallback = (_, shown, _, _) => IsTrusted(shown);
            return handler;
        };

        bool IsTrusted(X509Certificate? shown) => trusted.Any(one => one.GetCertHashString() == shown?.GetCertHashString());
    }
}
