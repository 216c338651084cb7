using Client.Transport;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>A plain SignalR hub, and the SignalR client set up as the relay's transport sets it up.</summary>
internal sealed class PlainHubCandidate : ISilentCandidate
{
    public string Name => BaselineServer.PlainHub;

    public string? Missing => null;

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => BaselineServer.StartAsync(Name, cancellationToken);

    public async Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken)
    {
        var connection = new HubConnectionBuilder()
            .WithUrl(new Uri(server.Address, "/hub"), http =>
            {
                http.Transports = HttpTransportType.WebSockets;
                http.SkipNegotiation = true;
            })
            .AddMessagePackProtocol()
            .Build();
        connection.On<string, byte[]>(nameof(IPlainClient.Receive), (_, payload) => receiver.Receive(payload));
        connection.Closed += failure =>
        {
            if (failure is not null)
                receiver.Fail(failure);
            return Task.CompletedTask;
        };
        await connection.StartAsync(cancellationToken);
        await connection.InvokeAsync(nameof(PlainHub.Register), self.Address, cancellationToken);
        return new Peer(connection);
    }

    public Task<SilentPeer> ConnectSilentAsync(ServerProcess server, PeerIdentity self, CancellationToken cancellationToken) =>
        SilentRegistration.AtPlainHubAsync(server, self, cancellationToken);

    private sealed class Peer(HubConnection connection) : IPeer
    {
        public ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload) =>
            Ended(connection.SendAsync(nameof(PlainHub.Send), recipient, payload));

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) =>
            Ended(connection.InvokeAsync(nameof(PlainHub.Send), recipient, payload));

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private static ValueTask<SendResult> Ended(Task sending)
        {
            return sending.IsCompletedSuccessfully ? default : WaitAsync(sending);

            static async ValueTask<SendResult> WaitAsync(Task sending)
            {
                await sending;
                return default;
            }
        }
    }
}
