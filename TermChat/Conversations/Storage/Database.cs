using Microsoft.Data.Sqlite;
using TermChat.Identity;

namespace TermChat.Conversations.Storage;

/// <summary>One connection to the profile's SQLite file, and the rules everybody keeps who uses it.</summary>
/// <remarks>
/// Safe to use from any thread: one at a time gets the connection. Another process may have the same file open. What a
/// <see cref="Write{T}"/> did is on the disk when it returns: a message that was acknowledged must survive a power cut.
/// Everything here throws <see cref="SetupException"/> when the file cannot be used: the disk is full, or took damage.
/// </remarks>
internal sealed class Database : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private SqliteTransaction? _transaction;

    private Database(SqliteConnection connection, string path) => (_connection, _path) = (connection, path);

    /// <exception cref="SetupException">The file is no database of ours, or of a later version, or cannot be written.</exception>
    public static Database Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,

            // Closed is closed: a pooled connection would keep the file open behind our back.
            Pooling = false,

            // Seconds to wait for another process that is writing. It writes for milliseconds.
            DefaultTimeout = 10,
        }.ToString());
        var database = new Database(connection, path);
        try
        {
            CreatePrivately(path);
            connection.Open();
            database.Query("PRAGMA journal_mode = WAL", row => row.GetString(0));
            database.Execute("PRAGMA synchronous = FULL");
            database.Write(() => Schema.Migrate(database, path));
            return database;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            database.Dispose();
            throw database.Unusable(failure);
        }
        catch (SetupException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Runs all of it or nothing, and returns when it is on the disk.</summary>
    public T Write<T>(Func<T> work)
    {
        lock (_gate)
        {
            if (_transaction is not null)
                return work();

            try
            {
                using var transaction = _connection.BeginTransaction(deferred: false);
                _transaction = transaction;
                var result = work();
                transaction.Commit();
                return result;
            }
            catch (SqliteException failure)
            {
                throw Unusable(failure);
            }
            finally
            {
                // Not committed, it rolls back when it is disposed.
                _transaction = null;
            }
        }
    }

    public void Write(Action work) => Write(() =>
    {
        work();
        return true;
    });

    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            try
            {
                return Prepare(sql, values).ExecuteNonQuery();
            }
            catch (SqliteException failure)
            {
                throw Unusable(failure);
            }
        }
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            try
            {
                using var rows = Prepare(sql, values).ExecuteReader();
                var list = new List<T>();
                while (rows.Read())
                    list.Add(read(rows));
                return list;
            }
            catch (SqliteException failure)
            {
                throw Unusable(failure);
            }
        }
    }

    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Query(sql, row => row.IsDBNull(0) ? 0 : row.GetInt64(0), values).FirstOrDefault();

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var command in _commands.Values)
                command.Dispose();
            _commands.Clear();
            _connection.Dispose();
        }
    }

    private SetupException Unusable(Exception failure) => new(
        $"The database {_path} cannot be used: {failure.Message.TrimEnd('.')}. Check the file, its folder and its disk, or choose another profile.", failure);

    /// <summary>The statement, compiled once: a burst of messages runs the same few thousands of times.</summary>
    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.Transaction = _transaction;
        command.Parameters.Clear();
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    /// <summary>Only its owner may read it. SQLite gives the files beside it the same rights.</summary>
    private static void CreatePrivately(string path)
    {
        if (OperatingSystem.IsWindows() || File.Exists(path))
            return;

        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }).Dispose();
    }
}
