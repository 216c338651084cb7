using System.Collections.Concurrent;
using System.Text;
using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>What the tests of the relay transport share.</summary>
public abstract class RelayTests
{
    protected static readonly PeerId Alice = PeerId.Parse("alice");
    protected static readonly PeerId Bob = PeerId.Parse("bob");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected static RelayTransportOptions Options(Uri url, PeerId peer) => new()
    {
        Url = url,
        Peer = peer,

        // Half of the patience, so that a test whose relay never answers says so itself.
        ConnectTimeout = Eventually.Patience / 2,
        RegistrationTimeout = Eventually.Patience / 2,
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
        Random = new Random(1),
    };

    protected static RelayTransport Transport(Uri url, PeerId peer) => new(Options(url, peer));

    protected static OutgoingMessage Text(string text) => new(Encoding.UTF8.GetBytes(text));

    protected static OutgoingMessage Numbered(int number) => Text($"{number}");

    protected static async Task<string> ReceiveTextAsync(ITransport transport) =>
        Encoding.UTF8.GetString((await transport.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token)).Payload.Span);

    protected static async Task<int[]> ReceiveNumbersAsync(ITransport transport, int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            numbers[i] = int.Parse(await ReceiveTextAsync(transport), System.Globalization.CultureInfo.InvariantCulture);
        return numbers;
    }

    protected static Task<TransportException> FailureOfAsync(Func<Task> action) =>
        Assert.ThrowsAsync<TransportException>(() => action().WaitAsync(Eventually.Patience, Token));

    protected static Task<TransportException> FailureToConnectAsync(RelayTransport transport) =>
        FailureOfAsync(() => transport.ConnectAsync(Bob, Token).AsTask());

    /// <summary>What is reported lost from now on.</summary>
    protected static ConcurrentQueue<LossReport> Losses(RelayTransport transport)
    {
        var losses = new ConcurrentQueue<LossReport>();
        transport.LossReported += losses.Enqueue;
        return losses;
    }

    /// <summary>Why the connection changes from now on.</summary>
    protected static ConcurrentQueue<TransportException> Reasons(RelayTransport transport)
    {
        var reasons = new ConcurrentQueue<TransportException>();
        transport.StateChanged += change =>
        {
            if (change.Reason is { } reason)
                reasons.Enqueue(reason);
        };
        return reasons;
    }

    protected static Task UntilAsync(RelayTransport transport, RelayConnectionState state) =>
        Eventually.Is($"the transport is {state}", () => transport.State == state);
}
