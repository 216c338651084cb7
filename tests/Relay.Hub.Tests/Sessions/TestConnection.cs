using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using Relay.Hub.Sessions;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>A client's connection as the relay sees it: calls come in one at a time, and all it is told is recorded in order.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without a timer holds nothing that needs disposal.")]
internal sealed class TestConnection : HubCallerContext, IRelayClient
{
    private readonly Lock _gate = new();
    private readonly List<object> _told = [];
    private readonly CancellationTokenSource _aborted = new();
    private TaskCompletionSource _reads = new();
    private SessionRegistry? _registry;
    private Task _closed = Task.CompletedTask;
    private long _nextNumber = 1;

    public TestConnection() => _reads.SetResult();

    public override string ConnectionId { get; } = Guid.NewGuid().ToString("N");

    public override string? UserIdentifier => null;

    public override ClaimsPrincipal? User => null;

    public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override CancellationToken ConnectionAborted => _aborted.Token;

    public Session Session { get; private set; } = null!;

    public bool IsClosed => _aborted.IsCancellationRequested && _closed.IsCompleted;

    /// <summary>What it was told before all else.</summary>
    public Challenge? Challenge { get; private set; }

    /// <summary>All it was told so far, behind the challenge.</summary>
    public IReadOnlyList<object> Told
    {
        get
        {
            lock (_gate)
                return [.. _told];
        }
    }

    /// <summary>The payloads delivered so far, by their first byte.</summary>
    public IEnumerable<byte> Delivered => Told.OfType<Delivery>().SelectMany(one => one.Messages!).Select(one => one.Payload.Span[0]);

    /// <summary>Done with each delivery, on the thread that writes it, before it counts as heard. By itself nothing.</summary>
    public Action<Delivery> Hears { get; set; } = _ => { };

    public void Open(SessionRegistry registry) => Session = (_registry = registry).Open(this);

    public void Register(string peer, string? epoch = null, long sequence = 0) => Session.Register(
        new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = peer, Epoch = epoch, Sequence = sequence });

    /// <summary>Sends one message; its id and payload are that one byte.</summary>
    public void Send(string to, byte payload) => Send(_nextNumber++, new OutboundMessage { To = to, Id = Id(payload), Payload = new[] { payload } });

    public void Send(long number, params OutboundMessage[] messages) =>
        Session.Relay(new RelayRequest { First = number, Messages = messages });

    /// <summary>Numbers for so many messages.</summary>
    public long Reserve(int count) => (_nextNumber += count) - count;

    public bool HasAnswer(long number) => Told.Any(told =>
        ((told as Accepted)?.Ranges ?? (told as Queued)?.Ranges)?.Any(range => range.From <= number && number <= range.To) == true);

    public bool IsRefused(long number) => Told.OfType<RelayError>().Any(error => error.Number == number);

    public void Acknowledge(long sequence, long report = 0) => Session.Acknowledge(
        new Acknowledgement { Epoch = _registry!.Directory.Epoch, Sequence = sequence, Report = report });

    /// <summary>From now on it reads nothing, and the relay's writes hang.</summary>
    public void StopReading() => _reads = new TaskCompletionSource();

    public void ReadOn() => _reads.SetResult();

    public override void Abort()
    {
        if (_aborted.IsCancellationRequested)
            return;

        _closed = Task.Run(async () =>
        {
            await _aborted.CancelAsync();
            await _registry!.CloseAsync(Session, null);
        });
    }

    public Task DisconnectAsync()
    {
        Abort();
        return _closed;
    }

    public async Task<T> Sees<T>(int count = 1)
    {
        await Eventually.Is($"{count} {typeof(T).Name}", () => Told.OfType<T>().Count() >= count);
        return Told.OfType<T>().ElementAt(count - 1);
    }

    Task IRelayClient.Challenge(Challenge challenge)
    {
        Challenge = challenge;
        return Task.CompletedTask;
    }

    Task IRelayClient.Registered(Registered registered) => Hear(registered);

    Task IRelayClient.Accepted(Accepted accepted) => Hear(accepted);

    Task IRelayClient.Queued(Queued queued) => Hear(queued);

    Task IRelayClient.Error(RelayError error) => Hear(error);

    Task IRelayClient.Deliver(Delivery delivery)
    {
        Hears(delivery);
        return Hear(delivery);
    }

    Task IRelayClient.Dropped(Dropped dropped) => Hear(dropped);

    Task IRelayClient.Missed(Missed missed) => Hear(missed);

    Task IRelayClient.Replaced(Replaced replaced) => Hear(replaced);

    Task IRelayClient.Draining(Draining draining) => Hear(draining);

    private static MessageId Id(byte payload)
    {
        var id = new byte[MessageId.Length];
        (id[0], id[^1]) = (payload, 1);
        return new MessageId(new Guid(id, bigEndian: true));
    }

    private async Task Hear(object told)
    {
        // As SignalR does: a write to a connection that is cut completes, and nobody hears it.
        await _reads.Task.WaitAsync(ConnectionAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ConnectionAborted.IsCancellationRequested)
            return;

        lock (_gate)
            _told.Add(told);

        // As a client does once it has heard the relay's last word.
        if (told is Replaced or RelayError { Code: >= 100 })
            Abort();
    }
}
