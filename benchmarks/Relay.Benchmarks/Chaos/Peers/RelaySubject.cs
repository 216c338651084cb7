using System.Globalization;
using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>The real Relay.Server and the real transports.</summary>
internal sealed class RelaySubject(ChaosSettings settings) : ISubject
{
    // One life in ten is behind a network that lets no WebSocket through, so some takeovers change the way as well.
    private const int OneThatPolls = 10;

    private readonly ClientLog _log = new();
    private int _processes;
    private int _lives;

    public string Name => RelayCandidate.RelayName;

    public bool IsRelay => true;

    public int Port { get; } = Ports.Lasting();

    public long SlowedSends => _log.SlowedSends;

    public long PolledConnections => _log.PolledConnections;

    /// <remarks>Every second process slows senders down, from the first on: that one lives long enough for it on a machine of any speed.</remarks>
    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) =>
        RelayServer.StartAsync([.. ++_processes % 2 == 1 ? SlowSenders : [], .. Options], cancellationToken, Port);

    public ILife Begin(PeerIdentity self, Uri server, Func<int, PeerId> address, Action<LossReport> report, Action<string> note) =>
        new RelayLife(self, server, address, report, note, polls: Interlocked.Increment(ref _lives) % OneThatPolls == 0, _log.LoggersFor(note));

    public void Dispose()
    {
        // Every life has disposed what it had.
    }

    private IReadOnlyList<string> SlowSenders =>
        [string.Create(CultureInfo.InvariantCulture, $"Relay:SenderMessagesPerSecond={settings.SenderMessagesPerSecond}")];

    // Everybody is at one address, and comes back often: what keeps strangers out would keep the peers out. The times are short,
    // so that each of them has its effect within the run; the window is wide, so that who does not read gets more than sockets hold.
    private IEnumerable<string> Options =>
    [
        "Relay:MaxConnectionsPerAddress=100000",
        "Relay:ConnectionsPerAddressPerMinute=1000000",
        "Relay:MaxUnregisteredConnections=5000",
        "Relay:MaxUnregisteredConnectionsPerAddress=5000",
        "Relay:RegistrationsPerPeerPerMinute=100000",
        "Relay:KeepAliveInterval=00:00:02",
        "Relay:ClientTimeout=00:00:06",
        "Relay:DeliveryWindowBytes=16777216",
        string.Create(CultureInfo.InvariantCulture, $"Relay:MailboxMessages={settings.MailboxMessages}"),
        $"Relay:MailboxTimeToLive={settings.MailboxTimeToLive:c}",
        $"Relay:ReportTimeToLive={settings.ReportTimeToLive:c}",
        .. settings.Relay,
    ];
}
