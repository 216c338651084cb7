using Relay.Contracts;

namespace TermChat.Conversations.Storage;

/// <summary>A message in the outbox.</summary>
/// <param name="Number">Of its line.</param>
/// <param name="Sequence">Its place among all messages to this peer, from 1.</param>
/// <param name="Stream">Names that numbering. It changes when the profile's database was lost.</param>
internal sealed record StoredMessage(
    long Number, MessageId Id, PeerId Peer, string Text, DateTimeOffset At, LineState State, long Sequence, MessageId Stream);
