using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Relay.Hub.Protocol;

/// <summary>A hub protocol under which no call goes unanswered, or for nothing.</summary>
/// <remarks>
/// What SignalR cannot bind - an unknown method, an argument of the wrong type, a stream - it drops without a word, or
/// answers by itself; no hub and no filter hears of it. Here that becomes a call to <see cref="RelayHub.Malformed"/>, in its
/// place in the order of calls. Hubs without such a method notice nothing.
/// </remarks>
internal sealed class AnsweringProtocol(IHubProtocol inner) : IHubProtocol
{
    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is CompletionMessage { Result: UnreadableCall, InvocationId: var id })
            message = CompletionMessage.WithError(id!, UnreadableCall.Explanation);
        if (!DeliveryFrame.TryWrite(inner, message, output))
            inner.WriteMessage(message, output);
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        // A type of message the protocol does not know is left out, and SignalR would look at what lies behind it only when
        // more comes in: the last calls of a client from a later version would wait for its next one.
        for (var left = input.Length; !inner.TryParseMessage(ref input, binder, out message); left = input.Length)
        {
            if (input.Length == left)
                return false;
        }

        if (IsUnreadable(message) && binder.GetTarget(RelayHub.MalformedMethodUtf8) is { } malformed)
            message = new InvocationMessage((message as HubInvocationMessage)?.InvocationId, malformed, []);
        return true;
    }

    // Streams are no part of the relay's protocol, so every one of them is a mistake, whatever it is for.
    private static bool IsUnreadable(HubMessage message) => message
        is InvocationBindingFailureMessage
        or StreamBindingFailureMessage
        or StreamInvocationMessage
        or InvocationMessage { StreamIds.Length: > 0 };
}
