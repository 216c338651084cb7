using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Client.Transport;
using Client.Transport.Relay;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>What operators are told to publish runs on a machine that has nothing for it.</summary>
[Collection(nameof(Alone))]
public sealed partial class PublishTests(PublishedRelay published) : IClassFixture<PublishedRelay>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_folder_holds_what_operators_are_told_and_nothing_else()
    {
        Assert.SkipWhen(PublishedRelay.Missing is not null, PublishedRelay.Missing ?? "");
        var told = Repository.Read("docs", "operating.md").Split('\n').Single(line => line.StartsWith("`artifacts/linux-x64/` holds ", StringComparison.Ordinal));

        Assert.Equal(Quoted().Matches(told).Select(name => name.Groups[1].Value).Skip(1).Order(), published.Files.Order());
    }

    [Fact]
    public async Task It_runs_without_an_environment_where_it_may_not_write_and_ends_when_it_is_told_to()
    {
        Assert.SkipWhen(PublishedRelay.Missing is not null, PublishedRelay.Missing ?? "");
        var url = $"http://127.0.0.1:{Ports.Lasting()}";
        var before = published.Files.Order().ToArray();
        await using var relay = published.Start($"--urls={url}", Programs.Programs.PatientRelay);
        await relay.WaitForLineAsync($"TermChat relay is ready at {url}");

        using (var http = new HttpClient())
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(url + "/health/ready"), Token)).StatusCode);
        await using (var alice = new RelayTransport(new RelayTransportOptions { Url = new Uri(url), Key = TestPeers.Key("alice") }))
        await using (var bob = new RelayTransport(new RelayTransportOptions { Url = new Uri(url), Key = TestPeers.Key("bob") }))
        {
            await bob.ConnectAsync(alice.Self, Token);
            await alice.SendAsync(bob.Self, new OutgoingMessage("through it"u8.ToArray()), Token);
            var received = await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
            Assert.Equal((alice.Self, "through it"), (received.Sender, Encoding.UTF8.GetString(received.Payload.Span)));
        }

        // Its own .NET, though there is another one on this machine.
        Assert.DoesNotContain("libcoreclr.so", await File.ReadAllTextAsync($"/proc/{relay.Id}/maps", Token), StringComparison.Ordinal);

        relay.Terminate();
        Assert.True(await relay.WaitForExitAsync() == 0, relay.Story());
        Assert.Equal("", $"{relay.Errors}");
        Assert.Equal(before, published.Files.Order());
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
