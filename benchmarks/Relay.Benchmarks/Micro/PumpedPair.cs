using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub;
using Relay.Hub.Sessions;

namespace Relay.Benchmarks.Micro;

/// <summary>Two registered sessions of the real hub, whose clients are in the same process: what would be written to them is counted and acknowledged.</summary>
internal sealed class PumpedPair : IAsyncDisposable
{
    public const string Recipient = "bob";
    private const string Sender = "alice";

    // Never started: it only holds the hub's services together.
    private readonly WebApplication _application;
    private readonly SessionRegistry _sessions;
    private readonly Clients _clients = new();
    private readonly Session _sender;
    private readonly Session _recipient;

    private PumpedPair()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRelayHub(options => (options.AllowNamedPeers, options.SenderMessagesPerSecond, options.SenderBytesPerSecond) = (true, 1_000_000_000, 1L << 40));
        builder.Services.AddSingleton<HubLifetimeManager<RelayHub>>(_clients);
        _application = builder.Build();
        _sessions = _application.Services.GetRequiredService<SessionRegistry>();
        _sender = Open(Sender);
        _recipient = Open(Recipient);
        _clients.Delivered = delivery => _recipient.Acknowledge(new Acknowledgement
        {
            Epoch = _sessions.Directory.Epoch,
            Sequence = delivery.First + delivery.Messages!.Count - 1,
        });
    }

    public static async Task<PumpedPair> ConnectAsync()
    {
        var pair = new PumpedPair();
        await pair._clients.Registered;
        return pair;
    }

    /// <summary>What the hub does with the sender's call.</summary>
    public void Relay(RelayRequest request) => _sender.Relay(request);

    /// <summary>Waits until the recipient has been told of so many messages in all.</summary>
    public Task DeliveredAsync(long count) => _clients.DeliveredAsync(count);

    public async ValueTask DisposeAsync()
    {
        await _sessions.CloseAsync(_sender, failure: null);
        await _sessions.CloseAsync(_recipient, failure: null);
        await _application.DisposeAsync();
    }

    private Session Open(string name)
    {
        var session = _sessions.Open(new Context(name));
        session.Register(new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = name });
        return session;
    }

    private sealed class Context(string id) : HubCallerContext
    {
        public override string ConnectionId => id;

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort() => throw new InvalidOperationException($"The hub has ended the connection of {id}.");
    }

    /// <summary>Where SignalR would write.</summary>
    private sealed class Clients : HubLifetimeManager<RelayHub>
    {
        private readonly Lock _gate = new();
        private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _waiting;
        private long _waitingFor;
        private long _delivered;
        private int _registrations;

        public Action<Delivery>? Delivered { get; set; }

        public Task Registered => _registered.Task;

        public Task DeliveredAsync(long count)
        {
            lock (_gate)
            {
                if (_delivered >= count)
                    return Task.CompletedTask;
                (_waitingFor, _waiting) = (count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                return _waiting.Task;
            }
        }

        public override Task SendConnectionAsync(string connectionId, string methodName, object?[] args, CancellationToken cancellationToken = default)
        {
            if (methodName == nameof(IRelayClient.Registered) && Interlocked.Increment(ref _registrations) == 2)
                _registered.TrySetResult();
            if (args[0] is not Delivery delivery)
                return Task.CompletedTask;

            Delivered!(delivery);
            lock (_gate)
            {
                _delivered += delivery.Messages!.Count;
                if (_delivered >= _waitingFor)
                    _waiting?.TrySetResult();
            }

            return Task.CompletedTask;
        }

        public override Task OnConnectedAsync(HubConnectionContext connection) => throw Unused();

        public override Task OnDisconnectedAsync(HubConnectionContext connection) => throw Unused();

        public override Task AddToGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) => throw Unused();

        public override Task RemoveFromGroupAsync(string connectionId, string groupName, CancellationToken cancellationToken = default) => throw Unused();

        public override Task SendAllAsync(string methodName, object?[] args, CancellationToken cancellationToken = default) => throw Unused();

        public override Task SendAllExceptAsync(string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default) =>
            throw Unused();

        public override Task SendConnectionsAsync(IReadOnlyList<string> connectionIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
            throw Unused();

        public override Task SendGroupAsync(string groupName, string methodName, object?[] args, CancellationToken cancellationToken = default) => throw Unused();

        public override Task SendGroupExceptAsync(
            string groupName, string methodName, object?[] args, IReadOnlyList<string> excludedConnectionIds, CancellationToken cancellationToken = default) =>
            throw Unused();

        public override Task SendGroupsAsync(IReadOnlyList<string> groupNames, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
            throw Unused();

        public override Task SendUserAsync(string userId, string methodName, object?[] args, CancellationToken cancellationToken = default) => throw Unused();

        public override Task SendUsersAsync(IReadOnlyList<string> userIds, string methodName, object?[] args, CancellationToken cancellationToken = default) =>
            throw Unused();

        private static NotSupportedException Unused() => new("The relay sends to single connections and nothing else.");
    }
}
