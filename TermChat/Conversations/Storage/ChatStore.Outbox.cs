using Client.Transport;
using Relay.Contracts;

namespace TermChat.Conversations.Storage;

// What this side sends, from the moment it is written until the peer has it.
internal sealed partial class ChatStore
{
    /// <summary>Puts a message into the outbox, under the next number of the stream to its peer.</summary>
    public ChatLine Add(PeerId peer, string text, DateTimeOffset at) => database.Write(() =>
    {
        EnsureConversation(peer);
        var sequence = database.Number(
            "UPDATE conversation SET out_last = out_last + 1 WHERE peer = $peer RETURNING out_last", ("$peer", peer.Value));
        var id = MessageId.New();
        var number = AddLine(peer, LineKind.Mine, id, text, at, LineState.Waiting, TransportKind.None, seen: true, sequence);
        return Line(number)!;
    });

    /// <summary>Messages nobody has acknowledged, those of each peer in order.</summary>
    /// <param name="after">Only those with a higher number than this one.</param>
    public IReadOnlyList<StoredMessage> Outbox(long after) => database.Query(
        """
        SELECT line.number, line.id, line.peer, line.text, line.at, line.state, line.sequence, conversation.out_stream
        FROM line INDEXED BY line_outbox JOIN conversation USING (peer)
        WHERE kind = 0 AND state IN (0, 1) AND number > $after
        ORDER BY line.number
        """,
        row => new StoredMessage(
            row.GetInt64(0), ReadId(row, 1), PeerId.Parse(row.GetString(2)), row.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
            (LineState)row.GetInt32(5), row.GetInt64(6), ReadId(row, 7)),
        ("$after", after));

    /// <summary>Notes how far a message has come. One that is delivered or has failed stays so.</summary>
    /// <remarks>A peer's acknowledgement can overtake the transport's answer; which way the message went is noted even then.</remarks>
    public void SetState(long number, LineState state, TransportKind path, string? reason)
    {
        var changed = database.Execute(
            "UPDATE line SET state = $state, path = $path, reason = $reason WHERE number = $number AND state IN (0, 1)",
            ("$number", number), ("$state", (int)state), ("$path", (int)path), ("$reason", reason));
        if (changed == 0)
        {
            database.Execute(
                "UPDATE line SET path = $path WHERE number = $number AND state = 2 AND path = 0", ("$number", number), ("$path", (int)path));
        }
    }

    /// <summary>The peer has it.</summary>
    public void SetDelivered(long number) => database.Execute(
        "UPDATE line SET state = 2, reason = NULL WHERE number = $number AND state IN (0, 1)", ("$number", number));
}
