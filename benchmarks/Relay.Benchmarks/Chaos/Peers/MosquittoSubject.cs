using System.Globalization;
using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>mosquitto at QoS 1 with persistent sessions that are stored on disk: as much as it promises.</summary>
internal sealed class MosquittoSubject(ChaosSettings settings) : ISubject
{
    private readonly DirectoryInfo _store = Directory.CreateTempSubdirectory("relay-benchmarks-");

    public static string? Missing => Programs.Missing(MosquittoServer.Program, "mosquitto");

    public string Name => MosquittoServer.Program;

    public bool IsRelay => false;

    /// <remarks>It has no rates.</remarks>
    public long SlowedSends => 0;

    public long PolledConnections => 0;

    public int Port { get; } = Ports.Lasting();

    public async Task<ServerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(_store.FullName, "mosquitto.conf");
        await File.WriteAllTextAsync(file, Configuration, cancellationToken);
        return await ServerProcess.StartAtPortAsync(Programs.Find(MosquittoServer.Program)!, _ => ["-c", file], cancellationToken, Port);
    }

    public ILife Begin(PeerIdentity self, Uri server, Func<int, PeerId> address, Action<LossReport> report, Action<string> note) =>
        new MosquittoLife(self, server, address);

    public void Dispose() => _store.Delete(recursive: true);

    // What it holds for a peer that is away is limited as the relay's mailboxes are. Its other defaults stay.
    private string Configuration => string.Create(CultureInfo.InvariantCulture, $"""
        listener {Port} 127.0.0.1
        allow_anonymous true
        user {Environment.UserName}
        persistence true
        persistence_location {_store.FullName}/
        max_queued_messages {settings.MailboxMessages}
        connection_messages false
        log_type error

        """);
}
