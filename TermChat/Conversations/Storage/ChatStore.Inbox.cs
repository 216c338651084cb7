using Client.Transport;
using Relay.Contracts;

namespace TermChat.Conversations.Storage;

// What peers send: each message once, in the order of its stream.
internal sealed partial class ChatStore
{
    /// <summary>So many messages may wait for an earlier one. A sender has fewer under way, so only a hostile one gets here.</summary>
    private const int MaxAhead = 4096;

    /// <summary>Takes a message, in its place.</summary>
    /// <param name="text">Null: the message is refused, and only its place is taken, so that later ones need not wait for it.</param>
    public StoreOutcome Take(PeerId peer, IncomingMessage message, string? text, TransportKind path) => database.Write(() =>
    {
        EnsureConversation(peer);
        if (IsKnown(peer, message.Id))
            return StoreOutcome.Repeated;

        var next = Position(peer, message);
        if (message.Sequence > next)
        {
            if (database.Number("SELECT count(*) FROM ahead WHERE peer = $peer", ("$peer", peer.Value)) >= MaxAhead)
                return StoreOutcome.NoRoom;

            database.Execute(
                "INSERT INTO ahead (peer, sequence, id, text, at, path) VALUES ($peer, $sequence, $id, $text, $at, $path)",
                ("$peer", peer.Value), ("$sequence", message.Sequence), ("$id", message.Id.ToBytes()), ("$text", text),
                ("$at", message.At.ToUnixTimeMilliseconds()), ("$path", (int)path));
            return StoreOutcome.Ahead;
        }

        // Below its place is new all the same: the peer's numbers started over, from a copy of its profile for example.
        // Order cannot be kept for it, but losing it would be worse.
        Show(peer, message.Id, text, message.At, path);
        if (message.Sequence == next)
            ShowAhead(peer, next + 1);
        return StoreOutcome.Shown;
    });

    /// <summary>The sender gave up everything below this place of its stream: what waits for it need not wait any longer.</summary>
    public void Settle(PeerId peer, MessageId stream, long floor, DateTimeOffset now) => database.Write(() =>
    {
        EnsureConversation(peer);
        _ = Position(peer, new IncomingMessage(default, stream, floor, floor, now));
    });

    /// <summary>Adds a line of the program's own.</summary>
    public void AddNotice(PeerId peer, string text, DateTimeOffset at) => database.Write(() =>
    {
        EnsureConversation(peer);
        AddLine(peer, LineKind.Notice, MessageId.New(), text, at, LineState.Received, TransportKind.None, seen: true);
    });

    private bool IsKnown(PeerId peer, MessageId id) => database.Number(
        """
        SELECT EXISTS (SELECT 1 FROM line WHERE peer = $peer AND kind = 1 AND id = $id)
            OR EXISTS (SELECT 1 FROM ahead WHERE peer = $peer AND id = $id)
        """,
        ("$peer", peer.Value), ("$id", id.ToBytes())) != 0;

    /// <summary>The place that is shown next, once everything is shown that the message says will never come.</summary>
    private long Position(PeerId peer, IncomingMessage message)
    {
        var (stream, next) = database.Query(
            "SELECT in_stream, in_next FROM conversation WHERE peer = $peer",
            row => (row.IsDBNull(0) ? default : ReadId(row, 0), row.GetInt64(1)),
            ("$peer", peer.Value))[0];
        if (stream != message.Stream)
        {
            // The first message ever, or the peer lost its database: nothing more comes in the old numbering.
            ShowBelow(peer, long.MaxValue);
            database.Execute(
                "UPDATE conversation SET in_stream = $stream, in_next = $next WHERE peer = $peer",
                ("$peer", peer.Value), ("$stream", message.Stream.ToBytes()), ("$next", message.Floor));
            return message.Floor;
        }

        if (message.Floor <= next)
            return next;

        var missing = message.Floor - next - ShowBelow(peer, message.Floor);
        if (missing > 0)
            AddNotice(peer, missing == 1 ? "A message from this peer was lost on its way." : $"{missing} messages from this peer were lost on their way.", message.At);
        return ShowAhead(peer, message.Floor);
    }

    /// <summary>Shows what waits from a place on, as far as there is no gap.</summary>
    /// <returns>The place that is shown next.</returns>
    private long ShowAhead(PeerId peer, long next)
    {
        while (ShowBelow(peer, next + 1) > 0)
            next++;
        database.Execute("UPDATE conversation SET in_next = $next WHERE peer = $peer", ("$peer", peer.Value), ("$next", next));
        return next;
    }

    /// <summary>Shows everything that waits below a place.</summary>
    /// <returns>How many places that were.</returns>
    private long ShowBelow(PeerId peer, long below)
    {
        var places = database.Number(
            "SELECT count(DISTINCT sequence) FROM ahead WHERE peer = $peer AND sequence < $below", ("$peer", peer.Value), ("$below", below));
        if (places == 0)
            return 0;

        // Within the database: a hostile peer's thousands of the longest texts would be half a gigabyte in memory.
        database.Execute(
            """
            INSERT INTO line (peer, kind, id, text, at, state, path, seen)
            SELECT peer, $kind, id, text, at, $state, path, 0 FROM ahead
            WHERE peer = $peer AND sequence < $below AND text IS NOT NULL ORDER BY sequence
            """,
            ("$peer", peer.Value), ("$below", below), ("$kind", (int)LineKind.Theirs), ("$state", (int)LineState.Received));
        database.Execute("DELETE FROM ahead WHERE peer = $peer AND sequence < $below", ("$peer", peer.Value), ("$below", below));
        return places;
    }

    private void Show(PeerId peer, MessageId id, string? text, DateTimeOffset at, TransportKind path)
    {
        if (text is not null)
            AddLine(peer, LineKind.Theirs, id, text, at, LineState.Received, path, seen: false);
    }
}
