using Microsoft.Data.Sqlite;

namespace EndToEnd.Tests.Programs;

/// <summary>A look into what a profile has stored, to be compared with what was seen outside.</summary>
internal static class PersonDatabase
{
    /// <summary>What this person wrote and the program had stored, in order.</summary>
    public static IReadOnlyList<string> Written(this PersonProcess person) => Texts(person, "kind = 0");

    /// <summary>What this person wrote and is not delivered.</summary>
    public static IReadOnlyList<string> Outstanding(this PersonProcess person) => Texts(person, "kind = 0 AND state <> 2");

    /// <summary>What others wrote and is stored here, in the order in which it is shown.</summary>
    public static IReadOnlyList<string> Received(this PersonProcess person) => Texts(person, "kind = 1");

    /// <summary>What the program had to say about the conversation, such as that messages were lost.</summary>
    public static IReadOnlyList<string> Notices(this PersonProcess person) => Texts(person, "kind = 2");

    private static List<string> Texts(PersonProcess person, string which)
    {
        using var database = new SqliteConnection($"Data Source={Path.Combine(person.Folder, "chat.db")};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // Only the constants above.
        command.CommandText = $"SELECT text FROM line WHERE {which} ORDER BY number";
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read())
            texts.Add(rows.GetString(0));
        return texts;
    }
}
