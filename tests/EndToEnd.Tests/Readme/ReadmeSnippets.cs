using Client.Transport;
using Client.Transport.Hybrid;
using Client.Transport.Relay;
using Microsoft.AspNetCore.Builder;
using Relay.Contracts;
using Relay.Hub;

namespace EndToEnd.Tests.Readme;

/// <summary>The code of README.md. It stands here so that it compiles and runs; <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeSnippets
{
    public static WebApplication Host(string[] args)
    {
        // snippet: hosting
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddRelayHub(options => options.MailboxMessages = 5000);

        var app = builder.Build();
        app.MapRelayHub();
        // end
        return app;
    }

    public static async Task UseRelayAsync(
        Uri relay, ReadOnlyMemory<byte> payload, Func<ReceivedMessage, Task> handle, CancellationToken cancellationToken)
    {
        // snippet: relay-transport
        await using var transport = new RelayTransport(new RelayTransportOptions { Url = relay, Peer = PeerId.Parse("alice") });

        // Completes when the relay has accepted the message, and connects first if there is no connection.
        var result = await transport.SendAsync(PeerId.Parse("bob"), payload, cancellationToken);
        Console.WriteLine(result.Status);

        await foreach (var message in transport.ReceiveAllAsync(cancellationToken))
        {
            // Asking for the next message acknowledges this one. Until then, a program that is killed gets it again.
            await handle(message);
        }
        // end
    }

    public static async Task<SendResult> UseHybridAsync(
        Uri relay, ITransport? direct, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        // snippet: hybrid-transport
        var fallback = new RelayTransport(new RelayTransportOptions { Url = relay, Peer = PeerId.Parse("alice") });
        await using var transport = new HybridTransport(direct, fallback);
        transport.LossReported += loss => Console.WriteLine($"{loss.Count} messages lost: {loss.Reason}");

        var result = await transport.SendAsync(PeerId.Parse("bob"), payload, cancellationToken);
        Console.WriteLine(result.Status == SendStatus.Pending
            ? $"waits here and goes out by itself: {result.Reason!.Message}"
            : $"sent by {result.Path}");
        // end
        return result;
    }
}
