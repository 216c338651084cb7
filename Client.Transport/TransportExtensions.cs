using System.Runtime.CompilerServices;
using Relay.Contracts;

namespace Client.Transport;

/// <summary>Conveniences over <see cref="ITransport"/>.</summary>
public static class TransportExtensions
{
    /// <summary>Sends a payload under a new message id.</summary>
    public static ValueTask<SendResult> SendAsync(
        this ITransport transport, PeerId recipient, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        transport.SendAsync(recipient, new OutgoingMessage(payload), cancellationToken);

    /// <summary>Receives until cancelled or disposed. Each message is acknowledged when the loop asks for the next.</summary>
    public static async IAsyncEnumerable<ReceivedMessage> ReceiveAllAsync(
        this ITransport transport, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReceivedMessage message;
            try
            {
                message = await transport.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // Disposal is how a receiving loop is meant to end.
                yield break;
            }

            yield return message;
        }
    }
}
