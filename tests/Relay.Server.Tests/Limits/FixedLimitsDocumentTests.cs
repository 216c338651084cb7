using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Relay.Server.Admin;
using TestKit;

namespace Relay.Server.Tests.Limits;

/// <summary>The limits of sockets and requests that are no settings are in the table of <c>docs/operating.md</c> as they are.</summary>
public sealed class FixedLimitsDocumentTests
{
    /// <summary>So many rows are compared with the code: here, and those of the hub in its own tests. The others are a rule, or .NET's own.</summary>
    private const int Rows = 23;

    private static readonly string Table = Repository.Read("docs", "operating.md").Split("\n## Limits that are no settings\n")[1].Split("\n## ")[0];

    [Fact]
    public async Task A_limit_is_documented_as_it_is()
    {
        await using var relay = RelayApp.OnSockets();
        var limits = relay.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;

        Documented("silence on a socket without a request", $"{limits.KeepAliveTimeout.TotalSeconds} s");
        Documented("headers of a request", $"{limits.MaxRequestHeaderCount}, of {Text(limits.MaxRequestHeadersTotalSize)} bytes");
        Documented("first line of a request", $"{Text(limits.MaxRequestLineSize)} bytes");
        Documented("body of a request", $"{Text(limits.MaxRequestBodySize!.Value)} bytes, and {Text(AdminEndpoints.LongestRequest)} for `/admin`");
        Documented("pace of a request's body, all of it so far", Pace(limits.MinRequestBodyDataRate!));
        Documented("pace at which answers are read that the kernel holds no more of, all of them so far", Pace(limits.MinResponseDataRate!) + "; WebSockets have the 10 s above");
        Documented("a request as a whole, polls and WebSockets excepted", $"{RequestTime.Longest.TotalMinutes} min");
        Documented("wrong admin keys from an address", $"{AdminKey.WrongTries} in a minute");
    }

    [Fact]
    public void No_row_comes_without_a_look_at_these_tests() =>
        Assert.Equal(Rows, Table.Split('\n').Count(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| limit |", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal)));

    private static void Documented(string limit, string value) => Assert.Contains($"| {limit} | {value} |", Table, StringComparison.Ordinal);

    private static string Pace(MinDataRate rate) => $"{Text((long)rate.BytesPerSecond)} bytes a second, after {rate.GracePeriod.TotalSeconds} s";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
