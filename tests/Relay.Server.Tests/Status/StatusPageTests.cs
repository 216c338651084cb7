using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TestKit;

namespace Relay.Server.Tests.Status;

/// <summary>The page at <c>/</c>: for everybody to see, so it names nobody, and takes nothing from anywhere else.</summary>
public sealed class StatusPageTests
{
    private static readonly string[] Files = ["/", "/status.css", "/status.js", "/charts.js", "/operator.js", "/icon.svg"];

    public static TheoryData<string> AllFiles => [.. Files];

    [Theory]
    [MemberData(nameof(AllFiles))]
    public async Task Its_files_come_with_the_program_and_reach_for_nothing_outside(string path)
    {
        await using var relay = RelayApp.InMemory();
        using var http = relay.CreateClient();

        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
        Assert.Equal(0, text.Split("http://").Count(rest => !rest.StartsWith("www.w3.org/2000/svg", StringComparison.Ordinal)) - 1);

        // A second look costs no second download.
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var unchanged = await http.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task Its_figures_are_those_of_the_relay_and_name_nobody()
    {
        await using var relay = RelayApp.OnSockets(("MaxPeers", "7"));
        using var http = relay.CreateClient();
        var (alice, bob) = (TestPeers.Next("alice").Value, TestPeers.Next("bob").Value);
        var sender = await relay.Enter(alice);
        await relay.Enter(bob);
        await sender.Send(bob, "a-secret-between-two");
        await sender.Send("nobody", "another-secret");
        await sender.SeesAnswers(2);

        var text = "";
        await Eventually.Is("a sample with both is there", () =>
        {
            text = http.GetStringAsync(new Uri("/status.json", UriKind.Relative)).GetAwaiter().GetResult();
            return JsonNode.Parse(text)!["samples"]!.AsArray() is [.., var newest] && newest!["peers"]!.GetValue<int>() == 2;
        });

        var status = JsonNode.Parse(text)!;
        Assert.Equal(2, status["now"]!["peers"]!.GetValue<int>());
        Assert.Equal(7, status["now"]!["maxPeers"]!.GetValue<int>());
        Assert.Equal(3, status["now"]!["mailboxes"]!.GetValue<int>());
        Assert.True(status["now"]!["mailboxBytes"]!.GetValue<long>() > 0);
        foreach (var secret in new[] { alice, bob, "nobody", "a-secret", "another-secret" })
            Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);

        // Who has seen a sample does not get it again.
        var last = status["samples"]!.AsArray()[^1]!["number"]!.GetValue<long>();
        var later = JsonNode.Parse(await http.GetStringAsync(new Uri($"/status.json?after={last}", UriKind.Relative), TestContext.Current.CancellationToken))!;
        Assert.All(later["samples"]!.AsArray(), sample => Assert.True(sample!["number"]!.GetValue<long>() > last));
    }

    [Fact]
    public async Task Whoever_asks_for_all_of_it_again_and_again_gets_what_was_written_once_for_each_sample()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<TimeProvider>(time));
        using var http = relay.CreateClient();
        for (var i = 1; i <= 30; i++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.Is($"there are {i} samples", () => Ask(0).Samples == i);
        }

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((60, 30), Ask(0));
        Assert.Equal((61, 5), Ask(25));

        (double Uptime, int Samples) Ask(long after)
        {
            var status = JsonNode.Parse(http.GetStringAsync(new Uri($"/status.json?after={after}", UriKind.Relative)).GetAwaiter().GetResult())!;
            return (status["uptime"]!.GetValue<double>(), status["samples"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task Switched_off_there_is_nothing_at_its_address()
    {
        await using var relay = RelayApp.InMemory(("Server:StatusPage", "false"));
        using var http = relay.CreateClient();

        foreach (var path in Files.Append("/status.json"))
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }
}
