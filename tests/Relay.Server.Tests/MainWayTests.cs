using Microsoft.AspNetCore.Http.Connections;
using Relay.Contracts;

namespace Relay.Server.Tests;

/// <summary>The way of a message when nothing goes wrong.</summary>
public sealed class MainWayTests
{
    [Fact]
    public async Task MainWay_6_registered_is_the_first_thing_a_peer_is_told_even_with_a_queue_waiting()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");
        await alice.SendMany("bob", 300);
        await alice.SeesAnswers(300);

        var bob = await relay.Enter("bob");

        await bob.SeesMessages(200);
        var registered = Assert.IsType<Registered>(bob.Told[0]);
        Assert.Single(bob.All<Registered>());
        Assert.Equal((RelayProtocol.Version, 0), (registered.ProtocolVersion, registered.Sequence));
        Assert.NotEmpty(registered.Epoch);
    }

    [Fact]
    public async Task MainWay_6_registered_says_what_the_relay_asks_its_clients_to_keep_to()
    {
        await using var relay = RelayApp.InMemory(("MaxPayloadBytes", "1000"), ("SendWindowMessages", "7"), ("DeliveryWindowMessages", "8"));

        var limits = (await relay.Enter("alice")).All<Registered>()[0].Limits;

        Assert.Equal((1000, 7, 8, 128), (limits.MaxPayloadBytes, limits.SendWindowMessages, limits.DeliveryWindowMessages, limits.MaxBatchMessages));
    }

    [Fact]
    public async Task MainWay_7_to_11_a_message_reaches_its_recipient_with_the_senders_name_and_its_id()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        var id = MessageId.New();

        var number = await alice.Send(RawPeer.Message("bob", "hello"u8.ToArray(), id));

        await bob.SeesTexts("hello");
        Assert.Equal("alice", bob.Delivered[0].From);
        Assert.Equal(id, bob.Delivered[0].Id);
        await alice.SeesAnswers(1);
        Assert.Equal(number, Assert.Single(alice.All<Accepted>()).Ranges![0].From);
    }

    [Fact]
    public async Task AcceptedWhen_4_AfterSuccess_4_bytes_come_out_as_they_went_in()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        byte[][] payloads = [[], [.. Enumerable.Range(0, 256).Select(value => (byte)value)], [0], new byte[65_536], TestKit.TestPayloads.Random(7, 65_536)];

        foreach (var payload in payloads)
            await alice.Send("bob", payload);

        await bob.SeesMessages(payloads.Length);
        Assert.Equal(payloads, bob.Delivered.Select(message => message.Payload.ToArray()));
    }

    [Fact]
    public async Task AfterSuccess_7_every_message_gets_exactly_one_answer()
    {
        await using var relay = RelayApp.OnSockets();
        var alice = await relay.Enter("alice");
        await relay.Enter("bob");

        for (var i = 0; i < 200; i++)
            await alice.Send(i % 2 == 0 ? "bob" : "nobody", "x");

        await alice.SeesAnswers(200);
        Assert.Equal(Enumerable.Range(1, 200).Select(number => (long)number), alice.AnsweredYes.Order());
        Assert.All(alice.All<Accepted>().SelectMany(accepted => accepted.Ranges!), range => Assert.Equal(1, range.From % 2));
        Assert.All(alice.All<Queued>().SelectMany(queued => queued.Ranges!), range => Assert.Equal(0, range.From % 2));
    }

    [Fact]
    public async Task AcceptedWhen_6_Always_3_messages_from_one_sender_keep_their_order()
    {
        await using var relay = RelayApp.OnSockets(("SendWindowMessages", "5000"), ("DeliveryWindowMessages", "5000"), ("MailboxMessages", "5000"));
        var alice = await relay.Enter("alice");
        var carol = await relay.Enter("carol");
        var bob = await relay.Enter("bob");

        await Task.WhenAll(alice.SendMany("bob", 2000), carol.SendMany("bob", 2000));

        await bob.SeesMessages(4000);
        foreach (var sender in new[] { "alice", "carol" })
        {
            var texts = bob.Delivered.Where(message => message.From == sender).Select(message => int.Parse(System.Text.Encoding.UTF8.GetString(message.Payload.Span), null));
            Assert.Equal(Enumerable.Range(1, 2000), texts);
        }

        Assert.Equal(bob.All<Delivery>().Select(delivery => delivery.First).Order(), bob.All<Delivery>().Select(delivery => delivery.First));
    }

    [Fact]
    public async Task Always_4_a_new_relay_has_a_new_epoch_so_both_sides_can_tell_that_its_memory_is_gone()
    {
        await using var one = RelayApp.InMemory();
        await using var other = RelayApp.InMemory();

        var before = (await one.Enter("alice")).Epoch;
        var again = (await one.Enter("bob")).Epoch;
        var after = await other.NewPeer().Enter("alice", before, sequence: 900);

        Assert.Equal(before, again);
        Assert.NotEqual(before, after.Epoch);
        Assert.Equal(0, after.All<Registered>()[0].Sequence);
    }

    [Fact]
    public async Task AcceptedWhen_1_several_peers_exchange_messages_at_once()
    {
        await using var relay = RelayApp.OnSockets();
        string[] names = ["alice", "bob", "carol", "dave"];
        var peers = await Task.WhenAll(names.Select(name => relay.NewPeer().Enter(name)));

        await Task.WhenAll(peers.SelectMany(from => names.Select(to => from.Send(to, "hi"))));

        foreach (var peer in peers)
        {
            await peer.SeesMessages(4);
            Assert.Equal(names, peer.Delivered.Select(message => message.From).Order());
        }
    }

    [Fact]
    public async Task A_peer_may_write_to_itself()
    {
        await using var relay = RelayApp.InMemory();
        var alice = await relay.Enter("alice");

        await alice.Send("alice", "note");

        await alice.SeesTexts("note");
        await alice.SeesAnswers(1);
    }

    [Theory]
    [InlineData(true, HttpTransportType.WebSockets)]
    [InlineData(true, HttpTransportType.LongPolling)]
    [InlineData(false, HttpTransportType.LongPolling)]
    [InlineData(true, HttpTransportType.ServerSentEvents | HttpTransportType.LongPolling)]
    public async Task Clients_of_every_kind_talk_to_each_other(bool json, HttpTransportType transport)
    {
        await using var relay = RelayApp.OnSockets();
        var odd = await relay.NewPeer(json, transport: transport).Enter("odd");
        var usual = await relay.Enter("usual");
        byte[] payload = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        await odd.Send("usual", payload);
        await usual.Send("odd", payload);

        await usual.SeesMessages(1);
        await odd.SeesMessages(1);
        Assert.Equal(payload, usual.Delivered[0].Payload.ToArray());
        Assert.Equal(payload, odd.Delivered[0].Payload.ToArray());
        await odd.SeesAnswers(1);
    }
}
