using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Server.Tests.Attacks;

namespace Relay.Server.Tests.Admission;

/// <summary>Connections that are refused before they are any: the cheapest check first, the reason in the answer, and a place given back for each that was taken.</summary>
public sealed class RefusedConnectionTests
{
    private static readonly (string, string) ByProxy = ("TrustedProxies:0", "127.0.0.1");

    // So that whoever takes a place without registering has it for the whole test.
    private static readonly (string, string) LongToRegister = ("RegistrationTimeout", "00:01:00");

    [Fact]
    public async Task UC4_5a_a_banned_address_gets_no_connection_and_the_others_do()
    {
        await using var relay = RelayApp.OnSockets(ByProxy, ("BannedAddresses:0", "203.0.113.0/24"), ("BannedAddresses:1", "2001:db8::/32"));

        foreach (var banned in new[] { "203.0.113.9", "::ffff:203.0.113.9", "2001:db8::7" })
            await IsRefused(relay, banned, 403, ErrorCode.Banned, "(Relay:BannedAddresses", retryAfter: 600);
        var line = Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 1007).Message;
        Assert.Contains("(Relay:BannedAddresses", line, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113", line, StringComparison.Ordinal);
        foreach (var welcome in new[] { "203.0.114.9", "2001:db9::7" })
            await IsWelcome(relay, welcome);
    }

    [Fact]
    public async Task UC4_5a_too_many_unregistered_connections_of_an_address_are_refused_until_they_register_or_go()
    {
        await using var relay = RelayApp.OnSockets(ByProxy, ("MaxUnregisteredConnectionsPerAddress", "3"), LongToRegister);
        var strangers = new List<Stranger>();
        for (var i = 0; i < 3; i++)
        {
            strangers.Add(await Stranger.Connect(relay.Url));
            Assert.Equal(101, (await strangers[i].AskForWebSocket("203.0.113.9")).Status);
        }

        await IsRefused(relay, "203.0.113.9", 429, ErrorCode.TooManyConnections, "(Relay:MaxUnregisteredConnectionsPerAddress)", retryAfter: 60);
        await IsWelcome(relay, "203.0.113.10");

        strangers[0].Dispose();
        await IsWelcomeAgain(relay, "203.0.113.9");
        strangers.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public async Task UC4_5a_registered_connections_leave_room_for_others_of_their_address_up_to_its_limit()
    {
        await using var relay = RelayApp.OnSockets(ByProxy, ("MaxUnregisteredConnectionsPerAddress", "1"), ("MaxConnectionsPerAddress", "3"));
        for (var i = 0; i < 3; i++)
            await From(relay, "203.0.113.9").Enter($"peer-{i}");

        await IsRefused(relay, "203.0.113.9", 429, ErrorCode.TooManyConnections, "(Relay:MaxConnectionsPerAddress)", retryAfter: 15);
        await IsWelcome(relay, "203.0.113.10");
    }

    [Fact]
    public async Task UC4_5a_an_address_that_connects_too_often_is_told_when_it_may_again()
    {
        // By a clock that stands: who connects slowly may connect again sooner.
        await using var relay = RelayApp.OnSockets(
            services => services.AddSingleton<TimeProvider>(new FakeTimeProvider()), ByProxy, ("ConnectionsPerAddressPerMinute", "2"));
        await IsWelcome(relay, "2001:db8:0:1::1");
        await IsWelcome(relay, "2001:db8:0:1::2");

        await IsRefused(relay, "2001:db8:0:1::3", 429, ErrorCode.RateLimited, "(Relay:ConnectionsPerAddressPerMinute)", retryAfter: 30);

        // Another customer's network.
        await IsWelcome(relay, "2001:db8:0:2::1");
    }

    [Fact]
    public async Task Negotiations_that_nobody_goes_on_with_take_places_too()
    {
        await using var relay = RelayApp.OnSockets(ByProxy, ("MaxUnregisteredConnectionsPerAddress", "2"), LongToRegister);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await Negotiate()).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Negotiate()).StatusCode);

        using var refused = await Negotiate();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(new RetryConditionHeaderValue(TimeSpan.FromMinutes(1)), refused.Headers.RetryAfter);
        Assert.Contains("(Relay:MaxUnregisteredConnectionsPerAddress)", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        async Task<HttpResponseMessage> Negotiate()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, relay.Url + "/negotiate?negotiateVersion=1");
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            return await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("http://localhost.evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("", 403)]
    [InlineData("http://localhost", 101)]
    [InlineData("https://localhost", 101)]
    [InlineData("https://chat.example.com", 101)]
    [InlineData("https://chat.example.com:444", 403)]
    [InlineData("https://relay.example.com", 101)]
    [InlineData(null, 101)]
    public async Task A_web_page_of_another_site_is_refused_unless_it_is_allowed(string? origin, int status)
    {
        await using var relay = RelayApp.OnSockets(("AllowedWebOrigins:0", "https://chat.example.com"), ("Origins:0", "https://relay.example.com"));
        using var page = await Stranger.Connect(relay.Url);

        var (answered, answer) = await page.AskForWebSocket(origin: origin);

        Assert.Equal(status, answered);
        if (status == 403)
            Assert.Contains("Relay:AllowedWebOrigins", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_web_page_may_come_where_the_operator_says_so()
    {
        await using var relay = RelayApp.OnSockets(("AllowedWebOrigins:0", "*"));

        await relay.NewPeer(http: options => options.Headers["Origin"] = "https://anybody.example").Enter("alice");
    }

    [Fact]
    public async Task Without_trusted_proxies_nobody_is_believed_about_an_address()
    {
        await using var relay = RelayApp.OnSockets(("BannedAddresses:0", "203.0.113.9"), ("BannedAddresses:1", "127.0.0.1"));

        // The address that counts is the socket's own, whatever a header says.
        await IsRefused(relay, "198.51.100.1", 403, ErrorCode.Banned, "(Relay:BannedAddresses", retryAfter: 600);
        Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 4001);
    }

    [Fact]
    public async Task Of_a_chain_of_proxies_the_first_one_that_is_not_trusted_counts_as_the_client()
    {
        await using var relay = RelayApp.OnSockets(ByProxy, ("TrustedProxies:1", "10.0.0.0/8"), ("BannedAddresses:0", "203.0.113.9"));

        await IsRefused(relay, "203.0.113.9, 10.1.2.3", 403, ErrorCode.Banned, "(Relay:BannedAddresses", retryAfter: 600);

        // Anybody can write the front of the list.
        await IsWelcome(relay, "203.0.113.9, 198.51.100.7");
    }

    [Fact]
    public async Task Behind_a_trusted_proxy_a_key_is_proven_to_the_host_the_client_dialled()
    {
        await using var relay = RelayApp.OnSockets(ByProxy);
        var alice = relay.NewPeer(http: options =>
        {
            options.Headers["X-Forwarded-Host"] = "relay.example.com";
            options.Headers["X-Forwarded-Proto"] = "https";
            options.Headers["X-Forwarded-For"] = "203.0.113.9";
        });
        await alice.Connect();

        await alice.Register(await alice.Prove(TestKit.TestPeers.Key("alice"), audience: "https://relay.example.com"));

        await alice.Sees<Registered>();
    }

    private static RawPeer From(RelayApp relay, string address) => relay.NewPeer(http: options =>
    {
        options.SkipNegotiation = true;
        options.Headers["X-Forwarded-For"] = address;
    });

    private static async Task IsWelcome(RelayApp relay, string address)
    {
        using var stranger = await Stranger.Connect(relay.Url);
        Assert.Equal(101, (await stranger.AskForWebSocket(address)).Status);
    }

    /// <summary>When the relay has noticed that somebody left.</summary>
    private static async Task IsWelcomeAgain(RelayApp relay, string address)
    {
        for (var tries = 0; ; tries++)
        {
            using var stranger = await Stranger.Connect(relay.Url);
            if ((await stranger.AskForWebSocket(address)).Status == 101)
                return;
            Assert.True(tries < 400, "There is no place again.");
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static async Task IsRefused(RelayApp relay, string address, int status, ErrorCode code, string words, int retryAfter)
    {
        using var stranger = await Stranger.Connect(relay.Url);
        var (answered, answer) = await stranger.AskForWebSocket(address);
        Assert.Equal(status, answered);
        Assert.Contains($"Relay-Error: {(int)code} ", answer, StringComparison.Ordinal);
        Assert.Contains($"Retry-After: {retryAfter}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains(words, answer, StringComparison.Ordinal);
    }
}
