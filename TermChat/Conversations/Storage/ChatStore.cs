using Client.Transport;
using Microsoft.Data.Sqlite;
using Relay.Contracts;

namespace TermChat.Conversations.Storage;

/// <summary>Everything the chat remembers: conversations, their lines, the outbox, contacts.</summary>
/// <remarks>Safe to use from any thread, and by two processes with the same file.</remarks>
internal sealed partial class ChatStore(Database database) : IContacts, IDisposable
{
    private const string LineColumns = "number, id, peer, kind, text, at, state, path, reason";

    public static ChatStore Open(string path) => new(Database.Open(path));

    /// <summary>Runs several changes as one: all of them are on the disk afterwards, or none.</summary>
    public void Write(Action work) => database.Write(work);

    /// <summary>Differs from before when another process has written. What this one writes does not change it.</summary>
    public long Version => database.Number("PRAGMA data_version");

    /// <summary>Whether there is anything between this profile and the peer: a line or a name.</summary>
    public bool Knows(PeerId peer) => database.Number(
        "SELECT EXISTS (SELECT 1 FROM conversation WHERE peer = $peer) OR EXISTS (SELECT 1 FROM contact WHERE peer = $peer)",
        ("$peer", peer.Value)) != 0;

    public IReadOnlyList<Conversation> Conversations() =>
    [
        .. database.Query(
            """
            SELECT everybody.peer, contact.name,
                (SELECT count(*) FROM line WHERE line.peer = everybody.peer AND seen = 0),
                last.number, last.id, last.peer, last.kind, last.text, last.at, last.state, last.path, last.reason
            FROM (SELECT peer FROM conversation UNION SELECT peer FROM contact) AS everybody
            LEFT JOIN contact ON contact.peer = everybody.peer
            LEFT JOIN line AS last ON last.number = (SELECT max(number) FROM line WHERE line.peer = everybody.peer)
            """,
            row => new Conversation(
                PeerId.Parse(row.GetString(0)), row.IsDBNull(1) ? null : row.GetString(1), row.GetInt32(2), row.IsDBNull(3) ? null : ReadLine(row, 3)))
            // A stranger all of whose messages were refused has neither.
            .Where(conversation => conversation.Last is not null || conversation.Name is not null)
            .OrderByDescending(conversation => conversation.Last?.Number ?? 0)
            .ThenBy(conversation => conversation.Name, StringComparer.OrdinalIgnoreCase),
    ];

    public IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before)
    {
        var lines = database.Query(
            $"SELECT {LineColumns} FROM line WHERE peer = $peer AND number < $before ORDER BY number DESC LIMIT $count",
            row => ReadLine(row),
            ("$peer", peer.Value), ("$before", before ?? long.MaxValue), ("$count", count));
        lines.Reverse();
        return lines;
    }

    /// <summary>The line with this number; null when there is none.</summary>
    public ChatLine? Line(long number) => database.Query(
        $"SELECT {LineColumns} FROM line WHERE number = $number", row => ReadLine(row), ("$number", number)).FirstOrDefault();

    /// <summary>Received lines that nobody has seen, oldest first.</summary>
    public IReadOnlyList<ChatLine> Unseen(int max) => database.Query(
        $"SELECT {LineColumns} FROM line INDEXED BY line_unseen WHERE seen = 0 ORDER BY number LIMIT $max", row => ReadLine(row), ("$max", max));

    public void MarkSeen(IEnumerable<ChatLine> lines) => database.Write(() =>
    {
        foreach (var line in lines)
            database.Execute("UPDATE line SET seen = 1 WHERE number = $number", ("$number", line.Number));
    });

    /// <returns>Whether there was anything unseen.</returns>
    public bool MarkSeen(PeerId peer) => database.Execute(
        "UPDATE line SET seen = 1 WHERE peer = $peer AND seen = 0", ("$peer", peer.Value)) > 0;

    public void Dispose() => database.Dispose();

    private void EnsureConversation(PeerId peer) => database.Execute(
        "INSERT INTO conversation (peer, out_stream) VALUES ($peer, $stream) ON CONFLICT DO NOTHING",
        ("$peer", peer.Value), ("$stream", MessageId.New().ToBytes()));

    private long AddLine(
        PeerId peer, LineKind kind, MessageId id, string text, DateTimeOffset at, LineState state, TransportKind path, bool seen, long sequence = 0) =>
        database.Number(
            """
            INSERT INTO line (peer, kind, id, text, at, state, path, sequence, seen)
            VALUES ($peer, $kind, $id, $text, $at, $state, $path, $sequence, $seen) RETURNING number
            """,
            ("$peer", peer.Value), ("$kind", (int)kind), ("$id", id.ToBytes()), ("$text", text), ("$at", at.ToUnixTimeMilliseconds()),
            ("$state", (int)state), ("$path", (int)path), ("$sequence", sequence), ("$seen", seen));

    private static ChatLine ReadLine(SqliteDataReader row, int first = 0) => new(
        row.GetInt64(first),
        ReadId(row, first + 1),
        PeerId.Parse(row.GetString(first + 2)),
        (LineKind)row.GetInt32(first + 3),
        row.GetString(first + 4),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(first + 5)),
        (LineState)row.GetInt32(first + 6),
        (TransportKind)row.GetInt32(first + 7),
        row.IsDBNull(first + 8) ? null : row.GetString(first + 8));

    private static MessageId ReadId(SqliteDataReader row, int at) =>
        MessageId.TryRead(row.GetFieldValue<byte[]>(at), out var id) ? id : throw new InvalidDataException("The database holds a message without an id.");
}
