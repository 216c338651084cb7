using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;

namespace TermChat.Commands.Doctor;

/// <summary>Is it a relay that answers, and of a version we understand?</summary>
internal static class HubStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        var greeted = new TaskCompletionSource<Challenge>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var connection = new HubConnectionBuilder()
            .WithUrl(relay.Hub, http =>
            {
                http.Transports = relay.Way;
                http.SkipNegotiation = relay.Way == HttpTransportType.WebSockets;
                http.CloseTimeout = TimeSpan.FromSeconds(1);
            })
            .AddMessagePackProtocol()
            .Build();
        connection.On<Challenge>(nameof(IRelayClient.Challenge), greeted.SetResult);
        connection.Closed += failure =>
        {
            greeted.TrySetException(failure ?? new IOException("the server closed the connection"));
            return Task.CompletedTask;
        };
        try
        {
            await connection.StartAsync(cancellationToken);
            return Judge((await greeted.Task.WaitAsync(cancellationToken)).ProtocolVersion);
        }
        catch (Exception stranger) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Fail($"there is a server, but it is no relay: {stranger.Message} Check the address and its path.");
        }
        catch (OperationCanceledException) when (connection.State == HubConnectionState.Connected)
        {
            return Finding.Fail("there is a SignalR hub, but it does not greet as a relay does. Check the address and its path; or the relay is an old one.");
        }
    }

    private static Finding Judge(int version) => version switch
    {
        RelayProtocol.Version => Finding.Ok($"a relay, protocol version {version}"),
        < RelayProtocol.Version => Finding.Fail($"the relay speaks protocol version {version}, this termchat {RelayProtocol.Version}. Its operator has to update it."),
        _ => Finding.Fail($"the relay speaks protocol version {version}, this termchat {RelayProtocol.Version}. Update termchat."),
    };
}
