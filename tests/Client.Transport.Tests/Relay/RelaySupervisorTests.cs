using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>How a transport keeps itself connected, and when it must not.</summary>
public sealed class RelaySupervisorTests : RelayTests
{
    [Fact]
    public async Task A_broken_connection_is_made_again_without_being_asked()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(link.Url, Bob);
        await bob.ConnectAsync(Alice, Token);

        for (var round = 1; round <= 5; round++)
        {
            link.Reset();
            await Eventually.Is("bob has come back", () => link.Connections > round && bob.State == RelayConnectionState.Connected);
        }

        await alice.SendAsync(Bob, Text("still here"), Token);
        Assert.Equal("still here", await ReceiveTextAsync(bob));
    }

    [Fact]
    public async Task UC4_6b_replaced_is_final()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var old = Transport(link.Url, Bob);
        await old.ConnectAsync(Alice, Token);
        await alice.SendAsync(Bob, Text("before"), Token);
        Assert.Equal("before", await ReceiveTextAsync(old));

        await using var successor = Transport(host.Url, Bob);
        await successor.ConnectAsync(Alice, Token);

        await UntilAsync(old, RelayConnectionState.Replaced);
        Assert.False(old.IsConnected(Alice));
        var send = await FailureOfAsync(() => old.SendAsync(Alice, Text("x"), Token).AsTask());
        Assert.Equal(TransportError.ConnectionClosed, send.Error);
        Assert.Contains("Another connection registered", send.Message, StringComparison.Ordinal);
        var receive = await FailureOfAsync(() => old.ReceiveAsync(Token).AsTask());
        Assert.Equal(TransportError.ConnectionClosed, receive.Error);
        Assert.Equal(1, link.Connections);

        // It was not acknowledged by the old one, so it is the new one's now; and what comes later is too.
        await alice.SendAsync(Bob, Text("after"), Token);
        Assert.Equal("before", await ReceiveTextAsync(successor));
        Assert.Equal("after", await ReceiveTextAsync(successor));
    }

    [Fact]
    public async Task A_relay_restart_is_noticed_and_reported_and_the_chat_goes_on()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(host.Url, Bob);
        var losses = Losses(alice);
        await bob.ConnectAsync(Alice, Token);
        await alice.SendAsync(Bob, Text("before"), Token);
        Assert.Equal("before", await ReceiveTextAsync(bob));

        await host.StopAsync();
        await host.StartAgainAsync();

        await Eventually.Is("alice knows of the restart", () => !losses.IsEmpty);
        await UntilAsync(alice, RelayConnectionState.Connected);
        await alice.SendAsync(Bob, Text("after"), Token);
        Assert.Equal("after", await ReceiveTextAsync(bob));
        Assert.Equal(LossReason.RelayRestarted, Assert.Single(losses).Reason);
    }

    [Fact]
    public async Task A_relay_that_stops_sends_its_clients_away_and_they_come_back()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        var states = States(alice);
        await alice.ConnectAsync(Bob, Token);

        await host.StopAsync();
        await Eventually.Is("alice waits for the relay", () => Contains(states, RelayConnectionState.Waiting));
        await host.StartAgainAsync();

        await UntilAsync(alice, RelayConnectionState.Connected);
    }

    [Fact]
    public async Task AfterFailure_3_a_lost_connection_leaves_nothing_open()
    {
        await using var relay = await ScriptedRelay.StartAsync();
        await using var link = Link.To(relay.Url);
        await using (var alice = Transport(link.Url, Alice))
        {
            for (var round = 0; round < 5; round++)
            {
                await alice.ConnectAsync(Bob, Token);
                var connections = link.Connections;
                link.Reset();
                await Eventually.Is("the break is noticed", () => link.Connections > connections);
            }

            await alice.ConnectAsync(Bob, Token);
            await Eventually.Is("one connection is left", () => relay.OpenConnections == 1 && link.OpenConnections == 1);
        }

        await Eventually.Is("none is left", () => relay.OpenConnections == 0 && link.OpenConnections == 0);
    }

    [Fact]
    public async Task A_silent_link_is_given_up_and_made_anew()
    {
        await using var host = await RelayHost.StartAsync(options =>
        {
            options.KeepAliveInterval = TimeSpan.FromSeconds(1);
            options.ClientTimeout = TimeSpan.FromSeconds(2);
        });
        await using var link = Link.To(host.Url);
        await using var alice = new RelayTransport(Options(link.Url, Alice) with { KeepAliveInterval = TimeSpan.FromSeconds(1), ServerTimeout = TimeSpan.FromSeconds(2) });
        await alice.ConnectAsync(Bob, Token);

        link.Stall();
        await Eventually.Is("the silence is noticed", () => !alice.IsConnected(Bob));
        link.Resume();

        await Eventually.Is("alice has connected again", () => link.Connections > 1 && alice.State == RelayConnectionState.Connected);
    }

    [Fact]
    public async Task AfterFailure_4_each_failed_attempt_is_logged_with_the_url_and_the_reason()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Cut();
        using var logs = new LogVerifier();
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        await using var alice = new RelayTransport(Options(link.Url, Alice), loggerFactory: loggers);

        await FailureToConnectAsync(alice);
        await Eventually.Is("three attempts are logged", () => Attempts().Count >= 3);

        Assert.All(
            Attempts(),
            line => Assert.Contains($"{link.Url} failed (Unreachable)".Replace("/ failed", "/relay failed", StringComparison.Ordinal), line, StringComparison.Ordinal));
        Assert.DoesNotContain(logs.Entries, entry => entry.Text.Contains("alice", StringComparison.Ordinal));

        List<string> Attempts() =>
            [.. logs.Entries.Select(entry => entry.Message).Where(line => line.Contains("Attempt", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_relay_that_ends_the_connection_for_a_limit_is_quoted_in_the_reason_and_tried_again()
    {
        await using var host = await RelayHost.StartAsync(options =>
            (options.KeepAliveInterval, options.ClientTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
        await using var alice = new RelayTransport(Options(host.Url, Alice) with { KeepAliveInterval = TimeSpan.FromHours(1) });
        var reasons = Reasons(alice);
        await alice.ConnectAsync(Bob, Token);

        await Eventually.Is("alice is told", () => !reasons.IsEmpty);

        Assert.Equal(TransportError.ConnectionClosed, reasons.First().Error);
        Assert.Contains("for 00:00:02 (Relay:ClientTimeout)", reasons.First().Message, StringComparison.Ordinal);
        await UntilAsync(alice, RelayConnectionState.Connected);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_end_the_transport()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(host.Url, Alice);
        alice.StateChanged += _ => throw new InvalidOperationException("a bug in the application");
        alice.ConnectionChanged += () => throw new InvalidOperationException("another one");

        Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, Text("x"), Token)).Status);
    }

    [Fact]
    public async Task Disposing_while_connecting_ends_the_attempt()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        link.Stall();
        var alice = Transport(link.Url, Alice);
        var connecting = alice.ConnectAsync(Bob, Token).AsTask();
        await Eventually.Is("the attempt is under way", () => link.Connections == 1);

        await alice.DisposeAsync().AsTask().WaitAsync(Eventually.Patience, Token);

        Assert.Equal(TransportError.ConnectionClosed, (await FailureOfAsync(() => connecting)).Error);
        Assert.Equal(RelayConnectionState.Disposed, alice.State);
    }

    [Fact]
    public async Task Disposing_in_front_of_a_relay_that_does_not_read_does_not_hang()
    {
        await using var host = await RelayHost.StartAsync();
        await using var link = Link.To(host.Url);
        var alice = Transport(link.Url, Alice);
        var only = await alice.ConnectAsync(Bob, Token);
        link.Stall();

        // Fills the pipe, the sockets, and the link.
        var sends = Enumerable.Range(0, 200).Select(_ => only.SendAsync(Bob, new OutgoingMessage(new byte[65_536]), Token)).ToArray();

        await alice.DisposeAsync().AsTask().WaitAsync(Eventually.Patience, Token);
        await Task.WhenAll(sends).ContinueWith(_ => { }, Token, TaskContinuationOptions.None, TaskScheduler.Default).WaitAsync(Eventually.Patience, Token);
    }

    private static List<RelayConnectionState> States(RelayTransport transport)
    {
        var states = new List<RelayConnectionState>();
        transport.StateChanged += change =>
        {
            lock (states)
                states.Add(change.State);
        };
        return states;
    }

    private static bool Contains(List<RelayConnectionState> states, RelayConnectionState state)
    {
        lock (states)
            return states.Contains(state);
    }
}
