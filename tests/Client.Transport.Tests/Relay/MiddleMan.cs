using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A hostile relay that passes on the challenge of another one, and its victim's answer, to be registered there in the victim's place.</summary>
internal sealed class MiddleMan : IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly TaskCompletionSource<Challenge> _challenge = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<object> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="here">The relay the victim dials.</param>
    /// <param name="there">The relay to be registered at.</param>
    /// <param name="host">The <c>Host</c> it tells that relay; null for the true one.</param>
    /// <param name="forge">What it makes of the victim's answer; null to leave it as it is.</param>
    public MiddleMan(ScriptedRelay here, Uri there, string? host = null, Func<ForgedRegistration, ForgedRegistration>? forge = null)
    {
        _connection = new HubConnectionBuilder()
            .WithUrl(new Uri(there, RelayProtocol.DefaultPath), http =>
            {
                (http.Transports, http.SkipNegotiation) = (HttpTransportType.WebSockets, true);
                if (host is not null)
                    http.Headers["Host"] = host;
            })
            .AddMessagePackProtocol()
            .Build();
        _connection.On<Challenge>(nameof(IRelayClient.Challenge), challenge => _challenge.TrySetResult(challenge));
        _connection.On<Registered>(nameof(IRelayClient.Registered), registered => _answer.TrySetResult(registered));
        _connection.On<RelayError>(nameof(IRelayClient.Error), error => _answer.TrySetResult(error));

        here.OnConnect = async victim =>
        {
            await _connection.StartAsync();
            await victim.SendAsync(nameof(IRelayClient.Challenge), await _challenge.Task);
        };
        here.OnRegister = async _ =>
        {
            var answer = ForgedRegistration.Of(here.Registrations.Single());
            await _connection.SendAsync(nameof(IRelayHub.Register), (forge?.Invoke(answer) ?? answer).ToRequest());
        };
    }

    /// <summary>What the other relay said to the victim's answer: <see cref="Registered"/>, or a <see cref="RelayError"/>.</summary>
    public Task<object> Answer => _answer.Task;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
