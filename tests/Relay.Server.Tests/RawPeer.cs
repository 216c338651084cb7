using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>A client that knows only the protocol: a plain <see cref="HubConnection"/>, and a record of all it was told, in order.</summary>
/// <remarks>Acknowledges nothing by itself.</remarks>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<object> _told = [];
    private readonly TaskCompletionSource<Challenge> _challenge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastNumber;

    public RawPeer(Uri url, Action<HttpConnectionOptions>? http = null, bool json = false, bool reconnects = false)
    {
        var builder = new HubConnectionBuilder().WithUrl(url, options => http?.Invoke(options));
        if (!json)
            builder.AddMessagePackProtocol();
        if (reconnects)
            builder.WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200)]);

        Origin = Audience.Of(url);
        Connection = builder.Build();
        Connection.On<Challenge>(nameof(IRelayClient.Challenge), challenge => _challenge.TrySetResult(challenge));
        Hear<Registered>(nameof(IRelayClient.Registered));
        Hear<Accepted>(nameof(IRelayClient.Accepted));
        Hear<Queued>(nameof(IRelayClient.Queued));
        Hear<RelayError>(nameof(IRelayClient.Error));
        Hear<Delivery>(nameof(IRelayClient.Deliver));
        Hear<Dropped>(nameof(IRelayClient.Dropped));
        Hear<Missed>(nameof(IRelayClient.Missed));
        Hear<Replaced>(nameof(IRelayClient.Replaced));
        Hear<Draining>(nameof(IRelayClient.Draining));
        Connection.Closed += _ => Mark("closed");
        Connection.Reconnecting += _ => Mark("reconnecting");
    }

    public HubConnection Connection { get; }

    /// <summary>The challenge of its connection. Not among what it was <see cref="Told"/>, where it would stand in front of everything.</summary>
    public Task<Challenge> Challenge => _challenge.Task.WaitAsync(Eventually.Patience);

    /// <summary>The origin it dials.</summary>
    public string Origin { get; }

    /// <summary>All it was told so far; "closed" and "reconnecting" are the connection's own words.</summary>
    public IReadOnlyList<object> Told
    {
        get
        {
            lock (_gate)
                return [.. _told];
        }
    }

    public string Epoch => All<Registered>()[^1].Epoch;

    public bool IsClosed => Told.Contains("closed");

    /// <summary>Everything delivered so far, message by message.</summary>
    public IReadOnlyList<DeliveredMessage> Delivered => [.. All<Delivery>().SelectMany(delivery => delivery.Messages!)];

    public IReadOnlyList<string> Texts => [.. Delivered.Select(message => Encoding.UTF8.GetString(message.Payload.Span))];

    /// <summary>The position of the last delivered message.</summary>
    public long Position => All<Delivery>() is [.., var last] ? last.First + last.Messages!.Count - 1 : 0;

    /// <summary>The numbers of all messages answered with yes so far, in the order of the answers.</summary>
    public IReadOnlyList<long> AnsweredYes =>
    [
        .. from told in Told
           from range in (told as Accepted)?.Ranges ?? (told as Queued)?.Ranges ?? []
           from number in Enumerable.Range(0, (int)(range.To - range.From + 1))
           select range.From + number,
    ];

    public IReadOnlyList<T> All<T>() => [.. Told.OfType<T>()];

    public Task Connect() => Connection.StartAsync();

    public Task Register(string peer, string? epoch = null, long sequence = 0, int version = RelayProtocol.Version) => Call(
        nameof(IRelayHub.Register), new RegisterRequest { ProtocolVersion = version, PeerId = peer, Epoch = epoch, Sequence = sequence });

    /// <summary>Connects and registers, and waits until the relay says so.</summary>
    public async Task<RawPeer> Enter(string peer, string? epoch = null, long sequence = 0)
    {
        await Connect();
        await Register(peer, epoch, sequence);
        await Sees<Registered>();
        return this;
    }

    /// <summary>Connects, proves a key, and waits until the relay says that it holds.</summary>
    public async Task<RawPeer> Enter(PeerKey key, string? epoch = null, long sequence = 0)
    {
        await Connect();
        await Register(await Prove(key, epoch, sequence));
        await Sees<Registered>();
        return this;
    }

    /// <summary>The right answer to the challenge of this connection.</summary>
    public async Task<RegisterRequest> Prove(PeerKey key, string? epoch = null, long sequence = 0, string? audience = null)
    {
        var nonce = RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength);
        Assert.True(RegistrationProof.TryAnswer(key, await Challenge, audience ?? Origin, nonce, epoch, sequence, out var request));
        return request;
    }

    public Task Register(RegisterRequest? request) => Call(nameof(IRelayHub.Register), request);

    /// <summary>Sends texts, each in a message of its own, in one call.</summary>
    /// <returns>The number of the first.</returns>
    public Task<long> Send(string to, params string[] texts) => Send([.. texts.Select(text => Message(to, Encoding.UTF8.GetBytes(text)))]);

    public Task<long> Send(string to, byte[] payload) => Send(Message(to, payload));

    public async Task<long> Send(params OutboundMessage[] messages)
    {
        var first = _lastNumber + 1;
        _lastNumber += messages.Length;
        await Call(nameof(IRelayHub.Relay), new RelayRequest { First = first, Messages = messages });
        return first;
    }

    /// <summary>Sends so many numbered texts to one peer, in batches, and waits for no answer.</summary>
    public async Task SendMany(string to, int count, int from = 1)
    {
        foreach (var batch in Enumerable.Range(from, count).Chunk(100))
            await Send(to, [.. batch.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
    }

    public Task Acknowledge(long sequence, long report = 0, string? epoch = null) => Call(
        nameof(IRelayHub.Acknowledge), new Acknowledgement { Epoch = epoch ?? Epoch, Sequence = sequence, Report = report });

    /// <summary>Acknowledges, and waits until the relay has heard it: the calls of one connection run one after the other.</summary>
    public async Task AcknowledgeForSure(long sequence, long report = 0)
    {
        await Acknowledge(sequence, report);
        var answers = AnsweredYes.Count;
        await Send("nobody", "ping");
        await SeesAnswers(answers + 1);
    }

    /// <summary>Any call at all.</summary>
    public Task Call(string method, params object?[] arguments) => Connection.SendCoreAsync(method, arguments);

    /// <summary>Waits for the so-manieth of a kind.</summary>
    public async Task<T> Sees<T>(int count = 1)
    {
        await Eventually.Is($"{count} {typeof(T).Name}", () => All<T>().Count >= count);
        return All<T>()[count - 1];
    }

    public Task SeesError(ErrorCode code, long number = 0) => Eventually.Is(
        $"the error {code} about {number}", () => All<RelayError>().Any(error => error.Code == (int)code && error.Number == number));

    public Task SeesTexts(params string[] texts) => Eventually.Is(
        $"the messages {string.Join(", ", texts.Take(10))} and no others", () => Texts.SequenceEqual(texts));

    public Task SeesMessages(int count) => Eventually.Is($"{count} messages", () => Delivered.Count >= count);

    public Task SeesAnswers(int count) => Eventually.Is($"{count} answers with yes", () => AnsweredYes.Count >= count);

    public Task SeesTheEnd() => Eventually.Is("the connection is closed", () => IsClosed);

    /// <summary>Says goodbye in good order.</summary>
    public async Task Leave() => await Connection.StopAsync();

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    public static OutboundMessage Message(string? to, byte[] payload, MessageId? id = null) =>
        new() { To = to, Id = id ?? MessageId.New(), Payload = payload };

    private void Hear<T>(string method) where T : class => Connection.On<T>(method, told => Mark(told));

    private Task Mark(object told)
    {
        lock (_gate)
            _told.Add(told);
        return Task.CompletedTask;
    }
}
