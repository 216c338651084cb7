using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Contracts;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay that does what a test says, however wrong: for what a good relay never does.</summary>
internal sealed class ScriptedRelay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _open;

    private ScriptedRelay(WebApplication app) => _app = app;

    /// <summary>What it says to a new connection. By default nothing: names are not challenged to anything.</summary>
    public Func<IClientProxy, Task> OnConnect { get; set; } = _ => Task.CompletedTask;

    /// <summary>The registrations so far.</summary>
    public ConcurrentQueue<RegisterRequest> Registrations { get; } = new();

    /// <summary>What it does with a registration. By default it answers properly.</summary>
    public Func<IClientProxy, Task> OnRegister { get; set; } = caller => caller.SendAsync("Registered", Registered());

    /// <summary>What it does with messages. By default it says nothing.</summary>
    public Func<IClientProxy, RelayRequest, Task> OnRelay { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What it does with an acknowledgement, before it answers a client that wants to know. By default nothing.</summary>
    public Func<Acknowledgement, Task> OnAcknowledge { get; set; } = _ => Task.CompletedTask;

    /// <summary>The acknowledgements so far.</summary>
    public List<Acknowledgement> Acknowledgements { get; } = [];

    /// <summary>Whether an acknowledgement like this has come.</summary>
    public bool Acknowledged(Predicate<Acknowledgement> like)
    {
        lock (Acknowledgements)
            return Acknowledgements.Exists(like);
    }

    public int OpenConnections => Volatile.Read(ref _open);

    public Uri Url => new(_app.Urls.Single());

    public static async Task<ScriptedRelay> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSignalR().AddMessagePackProtocol();
        builder.Services.AddSingleton<Holder>();
        var app = builder.Build();
        var relay = new ScriptedRelay(app);
        app.Services.GetRequiredService<Holder>().Relay = relay;
        app.MapHub<ScriptedHub>(RelayProtocol.DefaultPath);
        await app.StartAsync();
        return relay;
    }

    public static Registered Registered(RelayLimits? limits = null) => new()
    {
        ProtocolVersion = RelayProtocol.Version,
        Epoch = "epoch",
        Limits = limits ?? Limits(),
    };

    /// <summary>What a relay usually allows.</summary>
    public static RelayLimits Limits(int deliveryWindowMessages = 256, int deliveryWindowBytes = 1 << 20) => new()
    {
        MaxPayloadBytes = 65_536,
        SendWindowMessages = 256,
        SendWindowBytes = 1 << 20,
        MaxBatchMessages = 128,
        MaxBatchBytes = 128 << 10,
        DeliveryWindowMessages = deliveryWindowMessages,
        DeliveryWindowBytes = deliveryWindowBytes,
    };

    public static Delivery Delivery(long first, params byte[][] payloads) => new()
    {
        First = first,
        Messages = [.. payloads.Select(payload => new DeliveredMessage { From = "alice", Id = MessageId.New(), Payload = payload })],
    };

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    internal sealed class Holder
    {
        public ScriptedRelay? Relay { get; set; }
    }

    internal sealed class ScriptedHub(Holder holder) : Microsoft.AspNetCore.SignalR.Hub
    {
        private readonly ScriptedRelay _relay = holder.Relay!;

        public override Task OnConnectedAsync()
        {
            Interlocked.Increment(ref _relay._open);
            return _relay.OnConnect(Clients.Caller);
        }

        public override Task OnDisconnectedAsync(Exception? exception)
        {
            Interlocked.Decrement(ref _relay._open);
            return Task.CompletedTask;
        }

        public Task Register(RegisterRequest request)
        {
            _relay.Registrations.Enqueue(request);
            return _relay.OnRegister(Clients.Caller);
        }

        public Task Relay(RelayRequest request) => _relay.OnRelay(Clients.Caller, request);

        public Task Acknowledge(Acknowledgement acknowledgement)
        {
            lock (_relay.Acknowledgements)
                _relay.Acknowledgements.Add(acknowledgement);
            return _relay.OnAcknowledge(acknowledgement);
        }
    }
}
