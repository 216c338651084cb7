using System.Text.Json.Nodes;

namespace Relay.Server.Tests.Protocol;

/// <summary>The ranges of an <c>Accepted</c> or <c>Queued</c>, as JSON.</summary>
internal static class AnswerRanges
{
    /// <summary>How many messages it answers; 0 for other callbacks.</summary>
    public static long Count(JsonNode body) => Of(body)?.Sum(range => To(range) - From(range) + 1) ?? 0;

    /// <summary>Adds the next answer's ranges, as if the relay had said both at once.</summary>
    public static void Join(JsonNode body, JsonNode next)
    {
        var ranges = Of(body)!;
        foreach (var range in Of(next)!)
        {
            if (ranges.Count > 0 && To(ranges[^1]) + 1 == From(range))
                ranges[^1]!["to"] = To(range);
            else
                ranges.Add(range!.DeepClone());
        }
    }

    private static JsonArray? Of(JsonNode body) => (body as JsonObject)?["ranges"] as JsonArray;

    private static long From(JsonNode? range) => range!["from"]!.GetValue<long>();

    private static long To(JsonNode? range) => range!["to"]!.GetValue<long>();
}
