using Client.Transport.Relay;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Two relay transports at a real relay; Alice's connection goes through a link that fails on demand.</summary>
internal sealed class RelayPair : TransportPair
{
    private readonly RelayHost _host;

    private RelayPair(RelayHost host, Link link)
    {
        (_host, Link) = (host, link);
        AliceRelay = new RelayTransport(new RelayTransportOptions { Url = link.Url, Peer = AliceId, ReconnectDelay = TimeSpan.FromMilliseconds(20) });
        BobRelay = new RelayTransport(new RelayTransportOptions { Url = host.Url, Peer = BobId });
    }

    public Link Link { get; }

    public RelayTransport AliceRelay { get; }

    public RelayTransport BobRelay { get; }

    public override ITransport Alice => AliceRelay;

    public override ITransport Bob => BobRelay;

    public static async Task<RelayPair> ConnectAsync()
    {
        var host = await RelayHost.StartAsync();
        var pair = new RelayPair(host, Link.To(host.Url));
        await pair.BobRelay.ConnectAsync(AliceId);
        await pair.AliceRelay.ConnectAsync(BobId);
        return pair;
    }

    public override ValueTask CutAsync()
    {
        Link.Cut();
        return ValueTask.CompletedTask;
    }

    public override ValueTask RestoreAsync()
    {
        Link.Restore();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Link.DisposeAsync();
        await _host.DisposeAsync();
    }
}
