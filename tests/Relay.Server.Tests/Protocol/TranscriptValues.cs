using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Relay.Server.Tests.Protocol;

/// <summary>The values behind the <c>$names</c> of a transcript, and how its <c>...</c> compare.</summary>
internal sealed partial class TranscriptValues
{
    private const string Anything = "...";
    private readonly Dictionary<string, JsonNode> _byName = [];

    /// <summary>Reads a body as the document writes it: JSON with <c>...</c> for a value, or for further members.</summary>
    public static JsonNode Parse(string body) =>
        JsonNode.Parse(FurtherMembers().Replace(AnyValue().Replace(body, "\"...\""), "\"...\":null"))!;

    /// <summary>A body to send, with values in the place of names.</summary>
    public JsonNode Fill(JsonNode body)
    {
        switch (body)
        {
            case JsonObject members:
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : Fill(member.Value))));
            case JsonArray items:
                return new JsonArray([.. items.Select(item => item is null ? null : Fill(item))]);
            default:
                return (NameIn(body) is { } name ? _byName[name] : body).DeepClone();
        }
    }

    /// <summary>Gives a name a value, unless it has one.</summary>
    public void Learn(string name, JsonNode value) => _byName.TryAdd(name, value);

    /// <summary>Compares, and learns the names that are new.</summary>
    /// <returns>Null if it matches; otherwise where it does not.</returns>
    public string? Mismatch(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        if (expected is JsonValue && expected.ToString() == Anything)
            return null;
        if (NameIn(expected) is { } name)
            return MismatchOf(name, actual, path);

        return (expected, actual) switch
        {
            (JsonObject members, JsonObject others) => MismatchOf(members, others, path),
            (JsonArray items, JsonArray others) when items.Count == others.Count =>
                items.Select((item, i) => Mismatch(item, others[i], $"{path}[{i}]")).FirstOrDefault(wrong => wrong is not null),
            _ => JsonNode.DeepEquals(expected, actual) ? null : Wrong(path, expected, actual),
        };
    }

    private string? MismatchOf(JsonObject expected, JsonObject actual, string path)
    {
        foreach (var (key, value) in expected)
        {
            if (key == Anything)
                continue;
            if (!actual.TryGetPropertyValue(key, out var other))
                return $"{path}.{key} is missing";
            if (Mismatch(value, other, $"{path}.{key}") is { } wrong)
                return wrong;
        }

        var unexpected = actual.Select(member => member.Key).Except(expected.Select(member => member.Key)).FirstOrDefault();
        return unexpected is null || expected.ContainsKey(Anything) ? null : $"{path}.{unexpected} is not in the transcript";
    }

    private string? MismatchOf(string name, JsonNode? actual, string path)
    {
        if (_byName.TryGetValue(name, out var known))
            return JsonNode.DeepEquals(known, actual) ? null : Wrong(path, known, actual);
        if (actual is null || _byName.Values.Any(other => JsonNode.DeepEquals(other, actual)))
            return $"{path} should be a value of its own for {name}, but is {actual?.ToJsonString() ?? "null"}";

        _byName[name] = actual;
        return null;
    }

    private static string? NameIn(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) && text.StartsWith('$') ? text : null;

    private static string Wrong(string path, JsonNode? expected, JsonNode? actual) =>
        $"{path} should be {expected?.ToJsonString() ?? "null"}, but is {actual?.ToJsonString() ?? "null"}";

    [GeneratedRegex(@"(?<=:\s*)\.\.\.")]
    private static partial Regex AnyValue();

    [GeneratedRegex(@"(?<=[{,]\s*)\.\.\.")]
    private static partial Regex FurtherMembers();
}
