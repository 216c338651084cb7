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

    // A test waits for what will come; it must only not wait forever.
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected static RelayTransportOptions Options(Uri url, PeerId peer) => new()
    {
        Url = url,
        Peer = peer,
        ReconnectDelay = TimeSpan.FromMilliseconds(20),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(200),
        Random = new Random(1),
    };

    protected static RelayTransport Transport(Uri url, PeerId peer) => new(Options(url, peer));

    protected static OutgoingMessage Text(string text) => new(Encoding.UTF8.GetBytes(text));

    protected static OutgoingMessage Numbered(int number) => Text($"{number}");

    protected static async Task<string> ReceiveTextAsync(ITransport transport) =>
        Encoding.UTF8.GetString((await transport.ReceiveAsync(Token).AsTask().WaitAsync(Patience, Token)).Payload.Span);

    protected static async Task<int[]> ReceiveNumbersAsync(ITransport transport, int count)
    {
        var numbers = new int[count];
        for (var i = 0; i < count; i++)
            numbers[i] = int.Parse(await ReceiveTextAsync(transport), System.Globalization.CultureInfo.InvariantCulture);
        return numbers;
    }

    protected static Task<TransportException> FailureOfAsync(Func<Task> action) =>
        Assert.ThrowsAsync<TransportException>(() => action().WaitAsync(Patience, Token));

    protected static Task<TransportException> FailureToConnectAsync(RelayTransport transport) =>
        FailureOfAsync(() => transport.ConnectAsync(Bob, Token).AsTask());

    protected static Task UntilAsync(RelayTransport transport, RelayConnectionState state) =>
        Eventually.Is($"the transport is {state}", () => transport.State == state);
}
