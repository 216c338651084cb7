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
/// place in the order of calls. For the relay's hub alone.
/// </remarks>
internal sealed class AnsweringProtocol(IHubProtocol inner, RelayOptions options) : IHubProtocol
{
    /// <summary>All that SignalR tells a client of an error that is no <see cref="HubException"/>.</summary>
    private const string SomeError = "Connection closed with an error.";

    /// <summary>A message that changes nothing: only stateful reconnects, which this hub does not have, know what to do with it.</summary>
    private static readonly HubMessage Nothing = new AckMessage(0);

    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is CompletionMessage { Result: UnreadableCall, InvocationId: var id })
            message = CompletionMessage.WithError(id!, UnreadableCall.Explanation);
        else if (message is CloseMessage { Error: SomeError, AllowReconnect: true })
            message = new CloseMessage($"{SomeError} {LimitWords.SilentOrUnreadable(options)}", allowReconnect: true);
        if (!DeliveryFrame.TryWrite(inner, message, output))
            inner.WriteMessage(message, output);
    }

    /// <exception cref="FrameTooLargeException">What begins here is larger than any frame may be. The connection is over.</exception>
    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var length = input.Length;
        if (!inner.TryParseMessage(ref input, binder, out message))
            return IsLeftOut(length, input.Length, out message);

        if (IsUnreadable(message))
            message = new InvocationMessage(IdOf(message), RelayHub.MalformedMethod, []);
        return true;
    }

    /// <summary>Whether something was read that is no message, or nothing as yet.</summary>
    private bool IsLeftOut(long before, long after, [NotNullWhen(true)] out HubMessage? message)
    {
        // A type of message the protocol does not know is left out, and SignalR would look at what lies behind it only when
        // more comes in: the last calls of a client from a later version would wait for its next one. No ping instead: from the
        // first one on SignalR expects more of them, and a client that polls sends none.
        message = after < before ? Nothing : null;

        // SignalR shows no more than the largest frame may have. Its own exception would not tell the client why.
        if (message is null && before >= options.MaxFrameBytes)
            throw new FrameTooLargeException(LimitWords.FrameTooLarge(options));
        return message is not null;
    }

    // The id of a completion is one the relay would have given, and nothing the client waits for.
    private static string? IdOf(HubMessage message) => message is CompletionMessage ? null : (message as HubInvocationMessage)?.InvocationId;

    // Streams are no part of the relay's protocol, so every one of them is a mistake, whatever it is for; nor are results of the client's, and
    // SignalR throws and catches for each that it does not expect.
    private static bool IsUnreadable(HubMessage message) => message
        is InvocationBindingFailureMessage
        or StreamBindingFailureMessage
        or StreamInvocationMessage
        or CompletionMessage
        or InvocationMessage { StreamIds.Length: > 0 };
}
