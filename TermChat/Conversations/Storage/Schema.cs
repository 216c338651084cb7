using TermChat.Identity;

namespace TermChat.Conversations.Storage;

/// <summary>The tables, by version. A version that was released never changes; later ones add to it.</summary>
internal static class Schema
{
    private static readonly string[] Versions =
    [
        """
        -- Everybody there is or was something to say to. The streams number the messages of each direction.
        CREATE TABLE conversation (
            peer       TEXT PRIMARY KEY,
            out_stream BLOB,                        -- names the numbering of what this side sends
            out_last   INTEGER NOT NULL DEFAULT 0,  -- the last number given
            in_stream  BLOB,                        -- the same for what the peer sends; null before the first message
            in_next    INTEGER NOT NULL DEFAULT 0   -- the number shown next
        ) WITHOUT ROWID;

        -- What is shown, in the order of the numbers. AUTOINCREMENT: a number is never given twice.
        CREATE TABLE line (
            number   INTEGER PRIMARY KEY AUTOINCREMENT,
            peer     TEXT NOT NULL,
            kind     INTEGER NOT NULL,              -- LineKind
            id       BLOB NOT NULL,
            text     TEXT NOT NULL,
            at       INTEGER NOT NULL,              -- milliseconds since 1970, by the clock of who wrote it
            state    INTEGER NOT NULL,              -- LineState
            path     INTEGER NOT NULL,              -- TransportKind
            reason   TEXT,
            sequence INTEGER NOT NULL DEFAULT 0,    -- own lines: the number in out_stream
            seen     INTEGER NOT NULL DEFAULT 1
        );
        CREATE UNIQUE INDEX line_once ON line (peer, kind, id);
        CREATE INDEX line_of_peer ON line (peer, number);
        CREATE INDEX line_outbox ON line (number) WHERE kind = 0 AND state IN (0, 1);
        CREATE INDEX line_unseen ON line (peer, number) WHERE seen = 0;

        -- Messages that came ahead of an earlier one. They are shown when that has come, or was given up.
        CREATE TABLE ahead (
            peer     TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            id       BLOB NOT NULL,
            text     TEXT,                          -- null: refused, only its place is taken
            at       INTEGER NOT NULL,
            path     INTEGER NOT NULL,
            PRIMARY KEY (peer, sequence, id)
        ) WITHOUT ROWID;

        CREATE TABLE contact (
            name TEXT PRIMARY KEY COLLATE NOCASE,
            peer TEXT NOT NULL UNIQUE
        ) WITHOUT ROWID;
        """,
    ];

    public static void Migrate(Database database, string path)
    {
        var version = (int)database.Number("PRAGMA user_version");
        if (version > Versions.Length)
        {
            throw new SetupException(
                $"The database {path} has version {version}, this program knows versions up to {Versions.Length}. Use the newer program that wrote it.");
        }

        for (; version < Versions.Length; version++)
        {
            database.Execute(Versions[version]);
            database.Execute($"PRAGMA user_version = {version + 1}");
        }
    }
}
