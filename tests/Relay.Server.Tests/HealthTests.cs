using System.Net;

namespace Relay.Server.Tests;

/// <summary>What load balancers and service managers ask the relay.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task A_running_relay_says_that_it_is_healthy(string path)
    {
        await using var relay = RelayApp.OnSockets();
        using var http = relay.CreateClient();

        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Healthy", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_relay_that_is_full_wants_no_new_clients_and_says_which_setting_it_is()
    {
        await using var relay = RelayApp.OnSockets(("MaxPeers", "1"));
        using var http = relay.CreateClient();
        var alice = await relay.Enter("alice");

        var (full, why) = await Ready(http);
        await relay.Leave(alice, "alice");
        var (later, _) = await Ready(http);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, full);
        Assert.Contains("Relay:MaxPeers", why, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, later);
    }

    [Fact]
    public async Task A_relay_whose_mailboxes_are_full_stays_ready_for_those_who_come_to_empty_them()
    {
        await using var relay = RelayApp.OnSockets(("MailboxesBytes", "1048576"));
        using var http = relay.CreateClient();
        var alice = await relay.Enter("alice");

        for (var i = 0; i < 15; i++)
            await alice.Send("bob", new byte[65_536]);
        await alice.SeesAnswers(15);
        var (status, why) = await Ready(http);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Degraded", why, StringComparison.Ordinal);
        Assert.Contains("Relay:MailboxesBytes", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_shuts_down_is_alive_and_not_ready()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:01:00"));
        await using var link = TestKit.Link.To(relay.Url);
        using var http = relay.CreateClient();
        await using var deaf = new RawPeer(link.Url);
        await deaf.Enter("deaf");
        Assert.Equal(HttpStatusCode.OK, (await Ready(http)).Status);

        // It hears nothing of the end, so the relay waits for it.
        link.Stall();
        var stopping = relay.Stop();

        await TestKit.Eventually.Is("it says that it is not ready", () => Ready(http).GetAwaiter().GetResult() is
            (HttpStatusCode.ServiceUnavailable, "Unhealthy The relay is shutting down."));
        using var live = await http.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        link.Cut();
        await stopping;
    }

    private static async Task<(HttpStatusCode Status, string Text)> Ready(HttpClient http)
    {
        using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
