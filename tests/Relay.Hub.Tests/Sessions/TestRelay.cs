using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.Observability;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Everything of the relay that lies behind the hub, with connections that are objects in memory.</summary>
internal sealed class TestRelay
{
    // Holds the meters of the process; nothing in it needs disposal.
    private static readonly IMeterFactory Meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    private readonly TestConnections _connections = new();

    public TestRelay(Action<RelayOptions>? configure = null, TimeProvider? time = null, ILoggerProvider? logs = null)
    {
        ILogger<RelayHub> logger = logs is null ? NullLogger<RelayHub>.Instance : new Logger<RelayHub>(new LoggerFactory([logs]));
        var options = new RelayOptions();
        configure?.Invoke(options);
        Directory = new PeerDirectory(Options.Create(options), time ?? Time, Metrics, logger);
        var live = LiveOptions.Fixed(options);
        Access = new AccessControl(live, new HostingEnvironment(), logger);
        Limits = new ConnectionLimits(Options.Create(options), time ?? Time, logger);
        Sessions = new SessionRegistry(
            Directory,
            new RegistrationCheck(new ProofCheck(live), [], time ?? Time, logger),
            Access,
            new ConnectionGate(live, Access, Limits, new PollingClients(Options.Create(new ConnectionOptions())), Metrics, time ?? Time, logger),
            _connections,
            time ?? Time,
            logger);
        Access.Changed += Sessions.ApplyAccess;
    }

    public FakeTimeProvider Time { get; } = new();

    public RelayMetrics Metrics { get; } = new(Meters);

    public PeerDirectory Directory { get; }

    public SessionRegistry Sessions { get; }

    public AccessControl Access { get; }

    public ConnectionLimits Limits { get; }

    public TestConnection Connect()
    {
        var connection = new TestConnection();
        _connections.Add(connection);
        connection.Open(Sessions);
        return connection;
    }

    /// <summary>A connection that registers, and has been told so.</summary>
    public async Task<TestConnection> Connect(string peer)
    {
        var connection = Connect();
        connection.Register(peer);
        await connection.Sees<Registered>();
        return connection;
    }

    private sealed class TestConnections : IHubContext<RelayHub, IRelayClient>, IHubClients<IRelayClient>
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, IRelayClient> _all = new();

        public IHubClients<IRelayClient> Clients => this;

        public IGroupManager Groups => throw new NotSupportedException();

        public IRelayClient All => throw new NotSupportedException();

        public void Add(TestConnection connection) => _all[connection.ConnectionId] = connection;

        public IRelayClient Client(string connectionId) => _all[connectionId];

        public IRelayClient AllExcept(IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

        IRelayClient IHubClients<IRelayClient>.Clients(IReadOnlyList<string> connectionIds) => throw new NotSupportedException();

        public IRelayClient Group(string groupName) => throw new NotSupportedException();

        public IRelayClient GroupExcept(string groupName, IReadOnlyList<string> excludedConnectionIds) => throw new NotSupportedException();

        IRelayClient IHubClients<IRelayClient>.Groups(IReadOnlyList<string> groupNames) => throw new NotSupportedException();

        public IRelayClient User(string userId) => throw new NotSupportedException();

        public IRelayClient Users(IReadOnlyList<string> userIds) => throw new NotSupportedException();
    }
}
