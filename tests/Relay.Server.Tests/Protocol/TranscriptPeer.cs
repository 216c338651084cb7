using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Protocol;

/// <summary>A plain SignalR connection that knows names of methods and nothing else, and keeps in order what it hears.</summary>
internal sealed class TranscriptPeer : IAsyncDisposable
{
    // As SignalR's JSON protocol has it; strict on this side, so that a misspelt member in the document is found out.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly Channel<(string Method, JsonNode Body)> _heard = Channel.CreateUnbounded<(string, JsonNode)>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HubConnection _connection;
    private readonly bool _binary;
    private ClientWebSocket? _socket;

    private TranscriptPeer(Uri hub, bool binary)
    {
        _binary = binary;
        var builder = new HubConnectionBuilder().WithUrl(hub, http =>
        {
            http.Transports = HttpTransportType.WebSockets;
            http.SkipNegotiation = true;
            http.WebSocketFactory = async (context, cancellationToken) =>
            {
                _socket = new ClientWebSocket();
                await _socket.ConnectAsync(context.Uri, cancellationToken);
                return _socket;
            };
        });
        _connection = (binary ? builder.AddMessagePackProtocol() : builder).Build();
        _connection.Closed += _ =>
        {
            _closed.TrySetResult();
            return Task.CompletedTask;
        };

        foreach (var callback in typeof(IRelayClient).GetMethods())
            Listen(callback.Name, callback.GetParameters()[0].ParameterType);
    }

    /// <summary>What it was told first.</summary>
    public JsonNode Challenge { get; private set; } = new JsonObject();

    public static async Task<TranscriptPeer> ConnectAsync(Uri hub, bool binary)
    {
        var peer = new TranscriptPeer(hub, binary);
        await peer._connection.StartAsync();
        (var first, peer.Challenge) = await peer.HearAsync();
        Assert.Equal(nameof(IRelayClient.Challenge), first);
        return peer;
    }

    /// <summary>Calls a method. Completes when the relay has run it, so that calls of different peers have an order.</summary>
    public async Task CallAsync(string method, JsonNode body)
    {
        var type = typeof(IRelayHub).GetMethod(method)!.GetParameters()[0].ParameterType;
        try
        {
            await _connection.InvokeAsync(method, _binary ? body.Deserialize(type, Json) : body);
        }
        catch (Exception closed) when (closed is not HubException || IsClosed)
        {
            // The relay's answer is to close the connection, and the completion came too late.
        }
    }

    public async Task<(string Method, JsonNode Body)> HearAsync() =>
        await _heard.Reader.ReadAsync().AsTask().WaitAsync(Eventually.Patience, TimeProvider.System);

    public bool IsClosed => _closed.Task.IsCompleted;

    /// <summary>Waits for the relay to close the connection, which after its last word it leaves to the client for 2 s.</summary>
    public Task IsClosedAsync() => _closed.Task.WaitAsync(Eventually.Patience, TimeProvider.System);

    /// <summary>Breaks the connection without a word.</summary>
    public async Task DropAsync()
    {
        _socket!.Abort();
        await IsClosedAsync();
    }

    /// <summary>What was heard beyond the transcript, or null.</summary>
    public async Task<string?> LeftOverAsync()
    {
        if (!IsClosed)
        {
            // The answer to this comes behind everything the relay had to say before.
            await CallAsync(nameof(IRelayHub.Relay), new JsonObject());
            var (method, body) = await HearAsync();
            if (method != nameof(IRelayClient.Error))
                return $"{method} {body.ToJsonString()}";
        }

        return _heard.Reader.TryRead(out var more) ? $"{more.Method} {more.Body.ToJsonString()}" : null;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private void Listen(string method, Type type) => _connection.On(method, [_binary ? type : typeof(JsonNode)], (arguments, _) =>
    {
        var body = _binary ? JsonSerializer.SerializeToNode(arguments[0], type, Json)! : (JsonNode)arguments[0]!;
        _heard.Writer.TryWrite((method, body));
        return Task.CompletedTask;
    }, this);
}
