using System.Text;
using System.Text.RegularExpressions;
using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Readme;

/// <summary>What the README shows is compiled, and does what it says.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = Repository.Read("README.md");
    private static readonly string Source = Repository.Read("tests", "EndToEnd.Tests", "Readme", "ReadmeSnippets.cs");

    [Fact]
    public void The_code_in_the_README_is_the_code_that_is_compiled()
    {
        var shown = Shown().Matches(Readme).ToDictionary(block => block.Groups["name"].Value, block => block.Groups["code"].Value);
        var compiled = Compiled().Matches(Source).ToDictionary(region => region.Groups["name"].Value, region => Unindent(region.Groups["code"].Value));

        Assert.NotEmpty(shown);
        Assert.Equal(compiled, shown);
        Assert.Equal(shown.Count, Regex.Count(Readme, "```csharp"));
    }

    [Fact]
    public void Every_file_the_README_links_to_is_there()
    {
        foreach (Match link in Link().Matches(Readme))
            Assert.True(Path.Exists(Repository.PathOf(link.Groups["path"].Value)), link.Value);
    }

    [Fact]
    public async Task The_hub_and_the_transports_of_the_README_work_together()
    {
        await using var app = ReadmeSnippets.Host(["--urls", "http://127.0.0.1:0", "--Relay:AllowNamedPeers", "true"]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        var relay = new Uri(app.Urls.Single());
        using var enough = new CancellationTokenSource();

        var sent = await ReadmeSnippets.UseHybridAsync(relay, direct: null, "one"u8.ToArray(), TestContext.Current.CancellationToken);
        var receiving = ReadmeSnippets.UseRelayAsync(relay, "two"u8.ToArray(), _ => enough.CancelAsync(), enough.Token);
        await using var bob = new RelayTransport(new RelayTransportOptions { Url = relay, Peer = PeerId.Parse("bob") });
        var first = await bob.ReceiveAsync(TestContext.Current.CancellationToken);
        var second = await bob.ReceiveAsync(TestContext.Current.CancellationToken);
        await bob.SendAsync(PeerId.Parse("alice"), "three"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(SendStatus.Queued, sent.Status);
        Assert.Equal(["one", "two"], new[] { first, second }.Select(message => Encoding.UTF8.GetString(message.Payload.Span)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
    }

    private static string Unindent(string code) => Regex.Replace(code, "^ {8}", "", RegexOptions.Multiline);

    [GeneratedRegex(@"<!-- snippet: (?<name>[\w-]+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shown();

    [GeneratedRegex(@"// snippet: (?<name>[\w-]+)\n(?<code>.*?) *// end\n", RegexOptions.Singleline)]
    private static partial Regex Compiled();

    [GeneratedRegex(@"\]\((?<path>[\w/.-]+)\)")]
    private static partial Regex Link();
}
