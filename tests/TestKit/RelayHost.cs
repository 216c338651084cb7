using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub;
using Relay.Hub.Sessions;

namespace TestKit;

/// <summary>A relay in this process, on real Kestrel and real sockets, as any application would host it.</summary>
public sealed class RelayHost : IAsyncDisposable
{
    private readonly Action<RelayOptions> _configure;
    private readonly Action<IServiceCollection> _services;
    private WebApplication? _app;

    private readonly X509Certificate2? _certificate;

    private RelayHost(Action<RelayOptions>? configure, Action<IServiceCollection>? services, X509Certificate2? certificate)
    {
        _configure = configure ?? (_ => { });
        _services = services ?? (_ => { });
        _certificate = certificate;
        Url = new Uri($"{(certificate is null ? "http" : "https")}://127.0.0.1:{Ports.Lasting()}");
    }

    /// <summary>The relay's address; the same after a restart.</summary>
    public Uri Url { get; }

    public IServiceProvider Services => _app!.Services;

    public int ConnectedPeers => Services.GetRequiredService<SessionRegistry>().ConnectedPeers;

    /// <summary>What the relay's mailboxes hold now, its own bookkeeping included.</summary>
    public long MailboxBytes => Services.GetRequiredService<PeerDirectory>().Budget.Used;

    /// <summary>Up to which position a peer has acknowledged its mailbox; 0 if it has none.</summary>
    public long Acknowledged(PeerId peer) => Services.GetRequiredService<PeerDirectory>().Find(peer.Value)?.Acknowledged ?? 0;

    /// <summary>The position of the last message for a peer that the relay has accepted; 0 if there was none.</summary>
    public long LastOf(PeerId peer) => Services.GetRequiredService<PeerDirectory>().Find(peer.Value)?.Last ?? 0;

    /// <summary>Whether a peer is still to acknowledge that messages of its were lost.</summary>
    public bool HasReportsFor(PeerId peer) => Services.GetRequiredService<PeerDirectory>().Find(peer.Value)?.Reports.IsEmpty == false;

    /// <param name="configure">Options on top of the defaults, with plain names allowed.</param>
    /// <param name="services">Other services, such as a clock.</param>
    /// <param name="certificate">Makes it speak TLS.</param>
    public static async Task<RelayHost> StartAsync(
        Action<RelayOptions>? configure = null, Action<IServiceCollection>? services = null, X509Certificate2? certificate = null)
    {
        var host = new RelayHost(configure, services, certificate);
        await host.StartAgainAsync();
        return host;
    }

    /// <summary>Stops the relay as an operator does. What its mailboxes held is forgotten.</summary>
    public async Task StopAsync()
    {
        if (_app is null)
            return;

        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Starts a new relay at the address of the old one. It remembers nothing.</summary>
    public async Task StartAgainAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Url.ToString());
        if (_certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = _certificate));
        }

        builder.Logging.ClearProviders();
        builder.Services.AddRelayHub(options =>
        {
            options.AllowNamedPeers = true;
            options.DrainTimeout = TimeSpan.FromSeconds(1);

            // A machine that is busy with other tests is no client that stays silent.
            options.RegistrationTimeout = TimeSpan.FromMinutes(1);
            _configure(options);
        });
        _services(builder.Services);

        _app = builder.Build();
        _app.MapRelayHub();
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();
}
