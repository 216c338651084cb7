using Relay.Contracts;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Who loses very much takes nothing from the reports of others, and cannot bring their messages out of order.</summary>
public sealed class FairReportsTests
{
    // A quarter of 1 MiB has room for 624 ids.
    private readonly TestRelay _relay = new(options => (options.MailboxesBytes, options.MailboxMessages) = (1 << 20, 2));

    [Fact]
    public async Task A_flood_of_losses_takes_the_ids_from_nobody_else_and_a_retry_keeps_its_place()
    {
        await (await _relay.Connect("bob")).DisconnectAsync();
        await Flood();

        // The first of three is lost before alice has an answer; she repeats them all.
        var alice = await _relay.Connect("alice");
        for (byte i = 1; i <= 3; i++)
            alice.Send("bob", i);
        await alice.DisconnectAsync();
        alice = await _relay.Connect("alice");
        for (byte i = 1; i <= 3; i++)
            alice.Send("bob", i);

        var dropped = await alice.Sees<Dropped>();
        Assert.Equal(("bob", 1, 1L), (dropped.To, dropped.Ids!.Count, dropped.Count));
        var bob = await _relay.Connect("bob");
        await bob.Sees<Delivery>();
        Assert.Equal([2, 3], bob.Delivered);
    }

    [Fact]
    public async Task What_was_reported_before_a_flood_is_still_known_behind_it()
    {
        await (await _relay.Connect("bob")).DisconnectAsync();
        var alice = await _relay.Connect("alice");
        for (byte i = 1; i <= 3; i++)
            alice.Send("bob", i);
        await alice.DisconnectAsync();

        await Flood();

        alice = await _relay.Connect("alice");
        Assert.Single((await alice.Sees<Dropped>()).Ids!);
    }

    private async Task Flood()
    {
        for (var sender = 0; sender < 3; sender++)
        {
            var mallory = await _relay.Connect($"mallory-{sender}");
            for (var i = 0; i < 400; i++)
                mallory.Send(mallory.Reserve(1), new OutboundMessage { To = "nobody", Id = MessageId.New(), Payload = Array.Empty<byte>() });
            await mallory.DisconnectAsync();
        }
    }
}
