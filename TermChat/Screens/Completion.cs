namespace TermChat.Screens;

/// <summary>What Tab makes of the text before the cursor.</summary>
/// <param name="Text">The text, as far as it is certain.</param>
/// <param name="Choices">What it could become, when there is more than one way.</param>
internal sealed record Completion(string Text, IReadOnlyList<string> Choices)
{
    /// <param name="text">Everything before the cursor.</param>
    /// <param name="names">The names of contacts.</param>
    public static Completion Of(string text, IEnumerable<string> names)
    {
        var wordStart = text.LastIndexOf(' ') + 1;
        var word = text[wordStart..];
        if (!text.StartsWith('/') || text.StartsWith("//", StringComparison.Ordinal))
            return new Completion(text, []);

        var words = text[..wordStart].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var candidates = words switch
        {
            [] => CommandBook.Entries.Select(entry => entry.Word),
            [var command] when CommandBook.Find(command) is { TakesName: true } => names,
            _ => [],
        };
        var matches = candidates.Where(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.OrdinalIgnoreCase).ToList();
        return matches switch
        {
            [] => new Completion(text, []),
            [var only] => new Completion(text[..wordStart] + only + " ", []),
            _ => new Completion(text[..wordStart] + CommonStart(matches), matches),
        };
    }

    private static string CommonStart(List<string> matches)
    {
        var first = matches[0];
        var length = matches.Min(match => first.Zip(match).TakeWhile(pair => char.ToLowerInvariant(pair.First) == char.ToLowerInvariant(pair.Second)).Count());
        return first[..length];
    }
}
