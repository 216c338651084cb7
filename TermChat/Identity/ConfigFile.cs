using System.Text.Json;

namespace TermChat.Identity;

/// <summary>Reads <c>config.json</c>, and says exactly what is wrong with it: a setting that is silently ignored helps nobody.</summary>
internal static class ConfigFile
{
    private const string Known = "relay";

    /// <returns>The settings; none when there is no file.</returns>
    /// <exception cref="SetupException">The file cannot be read, or says what it may not.</exception>
    public static ProfileConfig Read(string path)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception none) when (none is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ProfileConfig();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SetupException($"The config file {path} cannot be read: {failure.Message}", failure);
        }

        try
        {
            return Parse(text);
        }
        catch (JsonException wrong)
        {
            // The reader counts lines from 0, and repeats the place at the end of its message, where nobody looks.
            throw new SetupException($"The config file is wrong: {path}, line {wrong.LineNumber + 1}: {wrong.Message.Split(" LineNumber:")[0]}", wrong);
        }
    }

    private static ProfileConfig Parse(ReadOnlySpan<byte> text)
    {
        var bom = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        var reader = new Utf8JsonReader(text[bom..], new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("it should be an object, such as { \"relay\": \"wss://relay.example.com\" }.", text, bom, reader);

        var config = new ProfileConfig();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(reader, text, bom);
            if (name != Known)
                throw Wrong($"there is no setting '{name}'. The only one there is: '{Known}'.", text, bom, reader);
            if (config.Relay is not null)
                throw Wrong($"'{Known}' is there twice.", text, bom, reader);

            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw Wrong($"'{Known}' should be an address in quotes.", text, bom, reader);
            if (!RelayAddress.TryParse(Text(reader, text, bom), out var url, out var why))
                throw Wrong(why, text, bom, reader);
            config = config with { Relay = url };
        }

        // Whatever follows the object.
        while (reader.Read())
        {
        }

        return config;
    }

    private static string Text(in Utf8JsonReader reader, ReadOnlySpan<byte> text, int bom)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("this is no text: bytes that are not UTF-8, or half a character.", text, bom, reader);
        }
    }

    private static JsonException Wrong(string what, ReadOnlySpan<byte> text, int bom, in Utf8JsonReader reader)
    {
        var before = text[..(bom + (int)reader.TokenStartIndex)];
        return new JsonException(what, path: null, lineNumber: before.Count((byte)'\n'), bytePositionInLine: null);
    }
}
