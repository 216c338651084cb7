using Client.Transport;
using Relay.Contracts;
using TermChat.Conversations.Frames;

namespace TermChat.Conversations.Delivery;

/// <summary>Something the loop of the <see cref="ChatEngine"/> has to take note of.</summary>
internal interface IEvent;

internal sealed record PacketReceived(ReceivedMessage Message) : IEvent;

/// <summary>The transport has taken a copy of a message, or turned it down.</summary>
internal sealed record CopyAnswered(PeerLane Lane, Outgoing Message, MessageId Envelope, SendResult Result, TransportException? Failure) : IEvent;

/// <summary>A frame did not leave, or waits for a peer that may not be able to read it when it comes back.</summary>
internal sealed record ControlLost(
    PeerId Peer, IReadOnlyList<MessageId> Acknowledged, IReadOnlyList<(MessageId Id, RefusalReason Reason)> Refused, Settlement? Settled, bool IsAway) : IEvent;

internal sealed record LossReported(LossReport Report) : IEvent;

internal sealed record ConnectionChanged : IEvent;

internal sealed record OutboxChanged : IEvent;

internal sealed record PingAsked(PeerId Peer, byte[] Nonce) : IEvent;

internal sealed record Tick : IEvent;

internal sealed record FlushAsked(TaskCompletionSource Done) : IEvent;
