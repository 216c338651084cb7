using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Relay.Contracts;
using Relay.Hub;
using TestKit;

namespace Relay.Server.Tests.Admin;

/// <summary>What an operator does to a running relay over HTTP, and that nobody else can.</summary>
public sealed class AdminTests
{
    private const string Key = "a-key-for-this-test-alone";

    [Fact]
    public async Task An_operator_disconnects_a_peer_by_its_PeerId_or_by_its_tag_in_the_log_and_it_may_come_back()
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));
        var alice = await relay.Enter("alice");

        Assert.Contains("is disconnected", await Act(relay, "disconnect", "alice"), StringComparison.Ordinal);
        await alice.SeesTheEnd();
        var again = await relay.Enter("alice");
        Assert.Contains("is disconnected", await Act(relay, "disconnect", PeerId.Parse("alice").ToString()), StringComparison.Ordinal);
        await again.SeesTheEnd();
        var operating = relay.Services.GetRequiredService<RelayAdministration>();
        await Eventually.Is("the relay knows that alice is away", () => !operating.Disconnect(PeerId.Parse("alice")));
        Assert.Contains("is not connected", await Act(relay, "disconnect", "alice"), StringComparison.Ordinal);
        await relay.Enter("alice");
    }

    [Fact]
    public async Task An_operator_bans_a_peer_and_lifts_the_ban()
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));
        var alice = await relay.Enter("alice");

        Assert.Contains("Banned", await Act(relay, "ban", "alice"), StringComparison.Ordinal);
        await alice.SeesTheEnd();
        var refused = relay.NewPeer();
        await refused.Connect();
        await refused.Register("alice");
        await refused.SeesError(ErrorCode.Banned);
        await Act(relay, "ban", "203.0.113.0/24");
        Assert.Equal(["alice", "203.0.113.0/24"], await Bans(relay));

        Assert.Contains("lifted", await Act(relay, "unban", "alice"), StringComparison.Ordinal);
        Assert.Contains("lifted", await Act(relay, "unban", "203.0.113.0/24"), StringComparison.Ordinal);
        Assert.Empty(await Bans(relay));
        await relay.Enter("alice");
    }

    [Theory]
    [InlineData("disconnect", "tc1mistyped", "mistyped?")]
    [InlineData("ban", "", "Whom do you mean?")]
    [InlineData("ban", null, "Whom do you mean?")]
    [InlineData("unban", "peer#00000000", "No connected peer has the tag")]
    public async Task A_request_that_means_nobody_is_told_what_is_understood(string action, string? peer, string explanation)
    {
        await using var relay = RelayApp.InMemory(("Server:AdminKey", Key));
        using var http = Client(relay, Key);

        using var answer = await http.PostAsJsonAsync(new Uri("/admin/" + action, UriKind.Relative), new { peer }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(explanation, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "ban", "text/plain", "peer=alice", HttpStatusCode.UnsupportedMediaType, "'Content-Type: application/json', as curl --json does. Send {\"peer\"")]
    [InlineData("POST", "ban", "application/json", "{peer: alice}", HttpStatusCode.BadRequest, "The body is not the JSON that is wanted here. Send {\"peer\"")]
    [InlineData("POST", "ban", "application/json", "", HttpStatusCode.BadRequest, "The body is not the JSON")]
    [InlineData("GET", "ban", null, "", HttpStatusCode.MethodNotAllowed, "This takes POST, and not GET.")]
    [InlineData("POST", "bans", null, "", HttpStatusCode.MethodNotAllowed, "This takes GET, and not POST.")]
    [InlineData("POST", "bann", "application/json", "{}", HttpStatusCode.NotFound, "There is no such admin action. There are: GET bans")]
    [InlineData("POST", "ban", "application/json", "TOO LONG", HttpStatusCode.RequestEntityTooLarge, "at most 4096 bytes")]
    public async Task A_request_that_is_made_wrongly_is_told_how_to_make_it(
        string method, string action, string? type, string body, HttpStatusCode status, string explanation)
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));
        using var http = Client(relay, Key);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/admin/" + action, UriKind.Relative));
        if (type is not null)
            request.Content = new StringContent(body == "TOO LONG" ? new string(' ', 5000) : body, System.Text.Encoding.UTF8, type);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(explanation, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another-key-of-the-same-length")]
    [InlineData(Key + "x")]
    [InlineData("")]
    public async Task Without_the_key_nothing_happens(string? shown)
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));
        var alice = await relay.Enter("alice");
        using var http = Client(relay, shown);

        foreach (var action in new[] { "disconnect", "ban", "bans", "drain", "anything" })
        {
            using var answer = await http.PostAsJsonAsync(new Uri("/admin/" + action, UriKind.Relative), new { peer = "alice" }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        await alice.Send("alice", "still here");
        await alice.SeesTexts("still here");
    }

    [Fact]
    public async Task With_no_key_configured_there_are_no_admin_actions()
    {
        await using var relay = RelayApp.InMemory();
        using var http = Client(relay, Key);

        using var answer = await http.PostAsJsonAsync(new Uri("/admin/ban", UriKind.Relative), new { peer = "alice" }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task What_an_operator_does_is_logged_without_the_key_and_without_a_PeerId()
    {
        var carol = TestPeers.Next("carol").Value;
        await using var relay = RelayApp.WithEveryLog(("Server:AdminKey", Key));
        relay.Logs.NeverReveal(Key, "a-wrong-key", carol);

        using var stranger = Client(relay, "a-wrong-key");
        using var refused = await stranger.PostAsJsonAsync(new Uri("/admin/ban", UriKind.Relative), new { peer = carol }, TestContext.Current.CancellationToken);
        await Act(relay, "ban", carol);

        Assert.Contains(relay.Logs.Entries, entry => entry.Id.Id == 4011 && entry.Message.Contains(PeerId.Parse(carol).ToString(), StringComparison.Ordinal));
        Assert.Contains(relay.Logs.Entries, entry => entry.Id.Id == 4010);
    }

    [Fact]
    public async Task An_operator_drains_the_relay_and_asking_again_says_that_it_is_under_way()
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key), ("DrainTimeout", "00:01:00"));
        await using var link = Link.To(relay.Url);
        await using var deaf = new RawPeer(link.Url);
        await deaf.Enter("deaf");
        var alice = await relay.Enter("alice");
        var lifetime = relay.Services.GetRequiredService<IHostApplicationLifetime>();
        using var http = Client(relay, Key);

        // Somebody who cannot hear that the relay stops: the drain goes on until the link is cut.
        link.Stall();
        Assert.Contains("The relay drains, for", await Drain(http), StringComparison.Ordinal);
        await alice.Sees<Draining>();
        Assert.Contains("drains already", await Drain(http), StringComparison.Ordinal);

        await link.DisposeAsync();
        await Eventually.Is("the relay has stopped", () => lifetime.ApplicationStopped.IsCancellationRequested);
    }

    private static async Task<string> Drain(HttpClient http)
    {
        using var answer = await http.PostAsync(new Uri("/admin/drain", UriKind.Relative), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["message"]!.GetValue<string>();
    }

    private static HttpClient Client(RelayApp relay, string? key)
    {
        var http = relay.CreateClient();
        if (key is not null)
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + key);
        return http;
    }

    private static async Task<string> Act(RelayApp relay, string action, string peer)
    {
        using var http = Client(relay, Key);
        using var answer = await http.PostAsJsonAsync(new Uri("/admin/" + action, UriKind.Relative), new { peer }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["message"]!.GetValue<string>();
    }

    private static async Task<string[]> Bans(RelayApp relay)
    {
        using var http = Client(relay, Key);
        var answer = JsonNode.Parse(await http.GetStringAsync(new Uri("/admin/bans", UriKind.Relative), TestContext.Current.CancellationToken))!;
        return [.. answer["banned"]!.AsArray().Select(one => one!.GetValue<string>())];
    }
}
