using System.Globalization;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Measuring;

/// <summary>What a relay's process has refused since it started, as it counts that itself.</summary>
internal static class Refusals
{
    private const string Name = "termchat_relay_refusals_total";

    private static readonly HttpClient Http = new();

    /// <returns>By the name of the error.</returns>
    public static async Task<IReadOnlyList<(string Reason, long Times)>> ReadAsync(ServerProcess relay, CancellationToken cancellationToken) =>
    [
        .. (await Http.GetStringAsync(new Uri(relay.Address, "/metrics"), cancellationToken)).Split('\n')
            .Where(line => line.StartsWith(Name + "{", StringComparison.Ordinal))
            .Select(line => (line.Split("reason=\"")[1].Split('"')[0], (long)double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture))),
    ];
}
