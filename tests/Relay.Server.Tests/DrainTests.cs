using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>The relay stops: its clients are told, and come back elsewhere by themselves.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task Every_client_is_told_and_one_that_reconnects_by_itself_does()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:01:00"));
        var alice = await relay.NewPeer(reconnects: true).Enter("alice");
        var bob = await relay.NewPeer(json: true, reconnects: true).Enter("bob");
        var silent = relay.NewPeer(reconnects: true);
        await silent.Connect();
        await silent.Acknowledge(0, epoch: "");
        await silent.SeesError(ErrorCode.NotRegistered);
        var polling = await relay.NewPeer(transport: Microsoft.AspNetCore.Http.Connections.HttpTransportType.LongPolling).Enter("polling");

        await relay.Stop();

        foreach (var peer in new[] { alice, bob, silent })
        {
            await peer.Sees<Draining>();
            await Eventually.Is("it tries to reconnect", () => peer.Told.Contains("reconnecting"));
        }

        await polling.Sees<Draining>();
    }

    [Fact]
    public async Task What_was_accepted_before_is_answered_before_the_last_word()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:01:00"));
        var alice = await relay.Enter("alice");
        await alice.SendMany("bob", 200);
        await alice.SeesAnswers(200);

        await relay.Stop();

        await alice.Sees<Draining>();
        Assert.IsType<Draining>(alice.Told.Last(told => told is not string));
    }

    [Fact]
    public async Task A_connected_peer_gets_its_whole_backlog_before_it_is_sent_away_as_long_as_it_acknowledges()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:01:00"), ("DeliveryWindowMessages", "10"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.SendMany("bob", 200);
        await alice.SeesAnswers(200);
        await bob.SeesMessages(10);

        var stopping = relay.Stop();
        await IsDraining(relay);
        for (var read = 10; read < 200; read += 10)
        {
            await bob.Acknowledge(read);
            await bob.SeesMessages(read + 10);
        }

        await bob.Acknowledge(200);
        await bob.Sees<Draining>();
        await stopping;

        Assert.Equal(Enumerable.Range(1, 200).Select(number => $"{number}"), bob.Texts);
        Assert.IsType<Draining>(bob.Told.Last(told => told is not string));
    }

    [Fact]
    public async Task A_message_that_comes_during_the_drain_stays_its_senders_and_goes_to_nobody()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:01:00"));
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "in time");
        await alice.SeesAnswers(1);
        await bob.SeesMessages(1);

        // Not acknowledged yet, which is what the relay waits for meanwhile.
        var stopping = relay.Stop();
        await IsDraining(relay);
        await alice.Send("bob", "too late");

        // Calls run one after the other: when this one is answered, the message was read.
        await alice.Register("alice");
        await alice.SeesError(ErrorCode.AlreadyRegistered);
        await bob.Acknowledge(1);
        await alice.Sees<Draining>();
        await bob.Sees<Draining>();
        await stopping;

        Assert.Equal([1L], alice.AnsweredYes);
        Assert.Single(alice.All<RelayError>());
        Assert.Equal(["in time"], bob.Texts);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_stop_up_no_longer_than_the_drain_timeout()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:00:00.5"));
        await using var link = Link.To(relay.Url);
        await using var deaf = new RawPeer(link.Url);
        await deaf.Enter("deaf");
        var alice = await relay.Enter("alice");
        link.Stall();
        for (var i = 0; i < 15; i++)
            await alice.Send("deaf", new byte[60_000]);
        await alice.SeesAnswers(15);

        var stopping = relay.Stop();

        await alice.Sees<Draining>();
        // Sooner than the host would give up by itself, after 30 s.
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static Task IsDraining(RelayApp relay) => Eventually.Is("the relay drains", () => relay.Logs.Entries.Any(entry => entry.Id.Id == 1005));
}
