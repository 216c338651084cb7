using System.Net;
using Client.Transport.Relay;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using Relay.Hub.Admission;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Rows 3a to 6a: how a connection comes about, and every way it does not.</summary>
public sealed class RelayConnectTests : RelayTests
{
    [Fact]
    public async Task MainWay_4_to_9_the_first_send_connects_registers_and_delivers()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        Assert.False(alice.IsConnected(Bob));

        var result = await alice.SendAsync(Bob, Text("hello"), Token);

        Assert.Equal(new SendResult(SendStatus.Accepted, TransportKind.Relay), result);
        Assert.True(alice.IsConnected(Bob));
        Assert.Equal("hello", await ReceiveTextAsync(bob));
    }

    [Fact]
    public async Task UC4_3a_a_connection_that_is_up_is_used_again()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(link.Url, Alice);

        for (var i = 0; i < 5; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()));

        Assert.Equal(1, link.Connections);
    }

    [Fact]
    public async Task Many_first_sends_at_once_make_one_connection()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(link.Url, Alice);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => alice.SendAsync(Bob, Numbered(i), Token).AsTask(), Token)));

        Assert.Equal(1, link.Connections);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("ws")]
    public async Task Every_plain_scheme_and_an_explicit_path_work(string scheme)
    {
        await using var host = await RelayHost.StartAsync();
        foreach (var path in new[] { "", "/", "/relay" })
        {
            await using var alice = Transport(new Uri($"{scheme}://127.0.0.1:{host.Url.Port}{path}"), Alice);
            Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, Text("x"), Token)).Status);
        }
    }

    [Theory]
    [InlineData("ftp://localhost")]
    [InlineData("relative")]
    public void An_address_no_relay_can_have_is_refused_at_once(string url)
    {
        var refusal = Assert.Throws<ArgumentException>(() => Transport(new Uri(url, UriKind.RelativeOrAbsolute), Alice));
        Assert.Contains("http, https, ws and wss", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_4a_a_relay_that_is_not_there_is_unreachable_and_named()
    {
        var port = Ports.Lasting();
        await using var alice = Transport(new Uri($"http://127.0.0.1:{port}"), Alice);

        var failure = await FailureOfAsync(() => alice.SendAsync(Bob, Text("x"), Token).AsTask());

        Assert.Equal(TransportError.Unreachable, failure.Error);
        Assert.Contains($"http://127.0.0.1:{port}/relay", failure.Message, StringComparison.Ordinal);
        Assert.False(alice.IsConnected(Bob));
    }

    [Fact]
    public async Task UC4_4a_a_host_that_does_not_exist_is_unreachable()
    {
        await using var alice = Transport(new Uri("http://relay.invalid:9000"), Alice);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Unreachable, failure.Error);
        Assert.Contains("relay.invalid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_4a_once_the_relay_is_there_the_transport_finds_it_by_itself()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Cut();
        await using var alice = Transport(link.Url, Alice);
        await FailureToConnectAsync(alice);

        link.Restore();

        await UntilAsync(alice, RelayConnectionState.Connected);
    }

    [Fact]
    public async Task UC4_4b_connecting_that_takes_too_long_is_a_timeout()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Stall();
        await using var alice = new RelayTransport(Options(link.Url, Alice) with { ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Timeout, failure.Error);
        Assert.Contains("ConnectTimeout", failure.Message, StringComparison.Ordinal);
        Assert.Contains(link.Url.ToString(), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_no_relay_is_a_wrong_address()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(new Uri(host.Url, "/elsewhere"), Alice);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("Check the address and its path", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_5a_a_refused_registration_fails_with_the_relays_reason()
    {
        await using var host = await RelayHost.StartAsync(options => options.BannedPeers.Add("alice"));
        await using var alice = Transport(host.Url, Alice);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Equal(ErrorCode.Banned, failure.Code);
        Assert.Contains("banned", failure.Message, StringComparison.Ordinal);
        Assert.False(alice.IsConnected(Bob));
    }

    [Fact]
    public async Task UC4_5a_a_full_server_says_so_and_takes_the_peer_when_there_is_room()
    {
        await using var host = await RelayHost.StartAsync(options => options.MaxPeers = 1);
        var bob = Transport(host.Url, Bob);
        await bob.ConnectAsync(Alice, Token);
        await using var alice = Transport(host.Url, Alice);

        var failure = await FailureToConnectAsync(alice);
        Assert.Equal(ErrorCode.ServerFull, failure.Code);

        await bob.DisposeAsync();
        await UntilAsync(alice, RelayConnectionState.Connected);
    }

    [Fact]
    public async Task UC4_5a_a_hosts_own_policy_can_refuse_for_its_own_reason()
    {
        await using var host = await RelayHost.StartAsync(services: services =>
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<IAdmissionPolicy>(services, new TooOften()));
        await using var alice = Transport(host.Url, Alice);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Equal(ErrorCode.RateLimited, failure.Code);
        Assert.Contains("come back later", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_6a_a_relay_that_does_not_answer_the_registration_is_a_timeout_and_left_alone()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = _ => Task.CompletedTask;
        await using var alice = new RelayTransport(Options(relay.Url, Alice) with
        {
            RegistrationTimeout = TimeSpan.FromMilliseconds(200),
            ReconnectDelay = TimeSpan.FromHours(1),
            MaxReconnectDelay = TimeSpan.FromHours(1),
        });

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Timeout, failure.Error);
        Assert.Contains("RegistrationTimeout", failure.Message, StringComparison.Ordinal);
        await Eventually.Is("the connection is closed", () => relay.OpenConnections == 0);
    }

    [Fact]
    public async Task A_relay_whose_limits_let_nothing_through_is_refused()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = caller => caller.SendAsync("Registered", ScriptedRelay.Registered(new RelayLimits()));
        await using var alice = Transport(relay.Url, Alice);

        Assert.Equal(TransportError.Io, (await FailureToConnectAsync(alice)).Error);
    }

    [Fact]
    public async Task Cancelling_a_connect_ends_the_waiting_and_not_the_attempt()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Stall();
        await using var alice = Transport(link.Url, Alice);
        using var impatience = new CancellationTokenSource();
        var connecting = alice.ConnectAsync(Bob, impatience.Token).AsTask();
        await Eventually.Is("the attempt is under way", () => link.Connections == 1);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        link.Resume();

        await UntilAsync(alice, RelayConnectionState.Connected);
        Assert.Equal(1, link.Connections);
    }

    private sealed class TooOften : IAdmissionPolicy
    {
        public Refusal? Check(PeerId peer, IPAddress? address) => new(ErrorCode.RateLimited, "Registered too often; come back later.");
    }
}
