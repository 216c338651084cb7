using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Relay.Server.Tests.Telemetry;

/// <summary>Who may read the metrics: this machine, and who has the admin key, unless the operator says anyone.</summary>
[Collection(nameof(NoOtherRelay))]
public sealed class MetricsEndpointTests
{
    private const string Key = "a-key-for-this-test-alone";

    [Fact]
    public async Task A_program_on_this_machine_reads_them()
    {
        await using var relay = RelayApp.OnSockets();
        await relay.Enter("alice");

        var (status, text) = await Get(relay, "/metrics");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("termchat_relay_sessions{otel_scope_name=\"TermChat.Relay\",registered=\"true\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("kestrel_active_connections", text, StringComparison.Ordinal);
        Assert.Contains("service_name=\"termchat-relay\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.7")]
    [InlineData("Forwarded", "for=203.0.113.7")]
    [InlineData("X-Real-IP", "203.0.113.7")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Whoever_comes_through_a_proxy_needs_the_key(string header, string value)
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));

        Assert.Equal(HttpStatusCode.Unauthorized, (await Get(relay, "/metrics", (header, value))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Get(relay, "/metrics", (header, value), ("Authorization", "Bearer " + Key))).Status);
    }

    [Fact]
    public async Task Without_a_key_a_stranger_is_told_which_settings_there_are()
    {
        await using var relay = RelayApp.OnSockets();

        var (status, why) = await Get(relay, "/metrics", ("X-Forwarded-For", "203.0.113.7"));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("Server:MetricsForAnyone is false", why, StringComparison.Ordinal);
        Assert.Contains("Server:AdminKey", why, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_can_open_them_to_anyone_move_them_or_switch_them_off()
    {
        await using var open = RelayApp.OnSockets(("Server:MetricsForAnyone", "true"), ("Server:MetricsPath", "/internal/metrics"));
        await using var off = RelayApp.OnSockets(("Server:MetricsPath", ""));

        Assert.Equal(HttpStatusCode.OK, (await Get(open, "/internal/metrics", ("X-Forwarded-For", "203.0.113.7"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Get(open, "/metrics")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Get(off, "/metrics")).Status);
    }

    [Fact]
    public async Task Wrong_keys_are_slowed_down_are_logged_without_the_key_and_lock_out_nobody_else()
    {
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", Key));
        relay.Logs.NeverReveal("wrong-secret", Key);
        var proxied = ("X-Forwarded-For", "203.0.113.7");

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Get(relay, "/metrics", proxied, ("Authorization", $"Bearer wrong-secret-{i}"))).Status);
        var (status, why) = await Get(relay, "/metrics", proxied, ("Authorization", "Bearer " + Key));

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Contains("Server:AdminKey", why, StringComparison.Ordinal);

        // Once a minute of each address, and of very many together: a flood of wrong keys floods nothing.
        var line = Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 4010).Message;
        Assert.Contains("at 127.0.0.1 showed a wrong admin key (Server:AdminKey): 1,", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_keys_from_very_many_addresses_are_counted_and_not_logged_one_by_one()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(
            services => services.AddSingleton<TimeProvider>(time), ("Server:AdminKey", Key), ("TrustedProxies:0", "127.0.0.1"), ("TrustedProxies:1", "::1"));

        for (var i = 0; i < 300; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await Get(relay, "/metrics", ("X-Forwarded-For", $"2001:db8:0:{i:x}::1"), ("Authorization", "Bearer wrong"))).Status);

        // The first hundred by themselves, and one line for the others.
        Assert.Equal(101, relay.Logs.Entries.Count(entry => entry.Id.Id == 4010));
        time.Advance(TimeSpan.FromMinutes(1));
        await Get(relay, "/metrics", ("X-Forwarded-For", "2001:db8:0:1000::1"), ("Authorization", "Bearer wrong"));
        Assert.Contains("a wrong admin key (Server:AdminKey): 1,", relay.Logs.Entries.Last(entry => entry.Id.Id == 4010).Message, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> Get(RelayApp relay, string path, params (string Name, string Value)[] headers)
    {
        using var http = relay.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
