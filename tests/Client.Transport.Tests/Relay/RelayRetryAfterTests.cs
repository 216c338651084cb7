using Client.Transport.Relay;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A relay that refuses says why and for how long; a transport keeps to it, and says so to whoever asks meanwhile.</summary>
public sealed class RelayRetryAfterTests : RelayTests
{
    [Fact]
    public async Task UC4_5a_a_refused_connection_fails_with_the_relays_reason_and_is_not_tried_again_before_its_time()
    {
        var time = new FakeTimeProvider();
        await using var host = await RelayHost.StartAsync(options => options.BannedAddresses.Add("127.0.0.1"));
        await using var link = Link.To(host.Url);
        await using var alice = new RelayTransport(Options(link.Url, Alice), time);

        var refused = await FailureToConnectAsync(alice);

        Assert.Equal((TransportError.Io, ErrorCode.Banned, TimeSpan.FromMinutes(10)), (refused.Error, refused.Code, refused.RetryAfter));
        Assert.Contains("has banned this network address (Relay:BannedAddresses", refused.Message, StringComparison.Ordinal);

        // The schedule's own pause is long over; who asks meanwhile is told the reason at once, and asks nobody.
        await UntilAsync(alice, RelayConnectionState.Waiting);
        for (var minute = 1; minute < 10; minute++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(ErrorCode.Banned, (await FailureOfAsync(() => alice.SendAsync(Bob, Text("x"), Token).AsTask())).Code);
        }

        Assert.Equal(1, link.Connections);
        time.Advance(TimeSpan.FromMinutes(6));
        await Eventually.Is("it is tried again", () => link.Connections == 2);
    }

    [Fact]
    public async Task A_person_who_knows_better_does_not_wait_for_what_the_relay_has_asked_for()
    {
        var time = new FakeTimeProvider();
        await using var host = await RelayHost.StartAsync(options => options.MaxPeers = 1);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        await using var alice = new RelayTransport(Options(host.Url, Alice), time);
        Assert.Equal(ErrorCode.ServerFull, (await FailureToConnectAsync(alice)).Code);
        await UntilAsync(alice, RelayConnectionState.Waiting);

        await bob.DisposeAsync();
        await Eventually.Is("the relay has room", () => host.ConnectedPeers == 0);
        alice.ReconnectNow();

        // By a clock that stands.
        await UntilAsync(alice, RelayConnectionState.Connected);
        alice.ReconnectNow();
        Assert.Equal(RelayConnectionState.Connected, alice.State);
    }

    [Fact]
    public async Task A_refusal_is_over_when_its_time_is_and_the_transport_connects_by_itself()
    {
        var time = new FakeTimeProvider();
        await using var host = await RelayHost.StartAsync(options => options.MaxPeers = 1);
        await using var link = Link.To(host.Url);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        await using var alice = new RelayTransport(Options(link.Url, Alice), time);
        var refused = await FailureToConnectAsync(alice);
        Assert.Equal(ErrorCode.ServerFull, refused.Code);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        await bob.DisposeAsync();

        // Not before: refused once more, it would wait once more, by a clock that stands.
        await Eventually.Is("the relay has room", () => host.ConnectedPeers == 0);
        await UntilAsync(alice, RelayConnectionState.Waiting);
        time.Advance(refused.RetryAfter * 1.5);
        await UntilAsync(alice, RelayConnectionState.Connected);
        await alice.SendAsync(Bob, Text("x"), Token);
    }

    [Fact]
    public async Task A_server_that_is_no_relay_is_tried_again_as_ever()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(new Uri(link.Url, "/elsewhere"), Alice);

        var refused = await FailureToConnectAsync(alice);

        Assert.Equal((TransportError.Io, ErrorCode.None), (refused.Error, refused.Code));
        Assert.Contains("but not as a relay: its status is 404", refused.Message, StringComparison.Ordinal);
        await Eventually.Is("it is tried again and again", () => link.Connections >= 3);
    }

    [Theory]
    [InlineData(10, 0.0, 10)]
    [InlineData(10, 1.0, 15)]
    [InlineData(86_400, 0.0, 900)]
    public void The_pause_a_relay_asks_for_is_kept_spread_out_and_bounded(int asked, double random, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReconnectSchedule.Asked(TimeSpan.FromSeconds(asked), random));
}
