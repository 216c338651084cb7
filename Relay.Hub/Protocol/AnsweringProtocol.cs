using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Relay.Hub.Protocol;

/// <summary>A hub protocol under which no call goes unanswered.</summary>
/// <remarks>
/// SignalR drops a call it cannot bind - an unknown method, an argument of the wrong type - without a word if the client
/// did not ask for a completion, and no filter sees it. Here such a call becomes one to <see cref="RelayHub.Malformed"/>,
/// in its place in the order of calls. Hubs without such a method notice nothing.
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

        if (message is InvocationBindingFailureMessage { InvocationId: null or "" } && HasMalformed(binder))
            message = new InvocationMessage(RelayHub.MalformedMethod, []);
        return true;
    }

    private static bool HasMalformed(IInvocationBinder binder)
    {
        try
        {
            return binder.GetParameterTypes(RelayHub.MalformedMethod).Count == 0;
        }
        catch (HubException)
        {
            // The binder's way to say that its hub, one of the application's own, has no such method.
            return false;
        }
    }
}
