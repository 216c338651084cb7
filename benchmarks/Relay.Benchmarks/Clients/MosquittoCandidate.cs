using System.Buffers;
using Client.Transport;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>mosquitto at QoS 1, and MQTTnet: a peer's address is its topic, and a send ends with the PUBACK.</summary>
internal sealed class MosquittoCandidate : ICandidate
{
    public string Name => MosquittoServer.Program;

    public string? Missing => Programs.Missing(MosquittoServer.Program, "mosquitto");

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => MosquittoServer.StartAsync(cancellationToken);

    public async Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken)
    {
        var factory = new MqttClientFactory();
        var client = factory.CreateMqttClient();
        client.ApplicationMessageReceivedAsync += arrived =>
        {
            var payload = arrived.ApplicationMessage.Payload;
            receiver.Receive(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray());
            return Task.CompletedTask;
        };
        client.DisconnectedAsync += gone =>
        {
            if (gone.Exception is { } failure)
                receiver.Fail(failure);
            return Task.CompletedTask;
        };
        await client.ConnectAsync(
            factory.CreateClientOptionsBuilder()
                .WithTcpServer(server.Address.Host, server.Address.Port)
                .WithProtocolVersion(MqttProtocolVersion.V311)
                .WithClientId(self.Address)
                .WithCleanSession()
                .Build(),
            cancellationToken);
        await client.SubscribeAsync(self.Address, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken);
        return new Peer(client);
    }

    private sealed class Peer(IMqttClient client) : IPeer
    {
        public async ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload)
        {
            var result = await client.PublishAsync(new MqttApplicationMessage
            {
                Topic = recipient,
                Payload = new ReadOnlySequence<byte>(payload),
                QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            });
            return result.IsSuccess ? default : throw new IOException($"mosquitto refused a message: {result.ReasonCode}.");
        }

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) => SendAsync(recipient, payload);

        public async ValueTask DisposeAsync()
        {
            await client.DisconnectAsync();
            client.Dispose();
        }
    }
}
