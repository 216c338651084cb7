using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using Relay.Hub;

namespace Relay.Server.Tls;

/// <summary>Lets <c>https</c> addresses use the certificate in <see cref="ServerOptions.CertificatePath"/>.</summary>
internal static partial class TlsCertificate
{
    /// <summary>A certificate does nothing by itself: the address says whether there is TLS.</summary>
    public static void WarnIfUnused(WebApplication app, ServerOptions options)
    {
        if (options.CertificatePath.Length > 0 && !app.Urls.Any(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
            NotUsed(app.Logger, string.Join(", ", app.Urls));
    }

    public static void AddTlsCertificate(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.CertificatePath.Length == 0)
        {
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => BePatient(https, kestrel)));
            return;
        }

        builder.Services.AddSingleton<CertificateFile>();
        builder.Services.AddHostedService<CertificateWatch>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var certificate = kestrel.ApplicationServices.GetRequiredService<CertificateFile>();

            // Read before the relay listens: a wrong file stops the start, and not the first client.
            _ = certificate.Current;
            kestrel.ConfigureHttpsDefaults(https =>
            {
                BePatient(https, kestrel);
                https.ServerCertificateSelector = (_, _) => certificate.Leaf;

                // A selector alone cannot bring the chain along.
                https.OnAuthenticate = (_, tls) =>
                {
                    tls.ServerCertificateContext = certificate.Current;
                    tls.ServerCertificateSelectionCallback = null;
                };
            });
        });
    }

    private static void BePatient(HttpsConnectionAdapterOptions https, KestrelServerOptions kestrel) =>
        https.HandshakeTimeout = SocketLimits.Patience(kestrel.ApplicationServices.GetRequiredService<IOptions<RelayOptions>>().Value);

    [LoggerMessage(4023, LogLevel.Warning,
        "Server:CertificatePath is set, but the relay listens on {Addresses} only, without TLS. Give it an address such as --urls https://*:443")]
    private static partial void NotUsed(ILogger logger, string addresses);
}
