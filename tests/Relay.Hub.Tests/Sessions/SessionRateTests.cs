using Relay.Contracts;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Who sends too much in a time: refused in one answer, out of which nothing can come out of order.</summary>
public sealed class SessionRateTests
{
    private readonly TestRelay _relay = new(options => options.SenderMessagesPerSecond = 100);

    [Fact]
    public async Task What_comes_behind_a_refused_call_is_refused_with_it_until_a_number_is_left_out()
    {
        var alice = await Exhausted("alice");

        alice.Send(101, Message());
        var refusal = await alice.Sees<RelayError>();
        Assert.Equal(((int)ErrorCode.SendRateExceeded, 101L, 500), (refusal.Code, refusal.Number, refusal.RetryAfterMilliseconds));

        // Under way already, or by somebody who takes no notice: there would be room again, but 101 is missing in front of them.
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        alice.Send(102, Message(), Message());
        alice.Send(104, Message());
        alice.Send(104, Message());
        alice.Send(101, Message());

        alice.Send(106, Message());
        await Eventually.Is("the call behind the number left out is taken", () => alice.HasAnswer(106));
        Assert.DoesNotContain(Enumerable.Range(101, 5), number => alice.HasAnswer(number));
        Assert.Single(alice.Told.OfType<RelayError>());
    }

    [Fact]
    public async Task A_client_that_is_refused_again_is_told_so_for_the_new_number()
    {
        var alice = await Exhausted("alice");
        alice.Send(101, Message());
        _relay.Time.Advance(TimeSpan.FromSeconds(0.5));
        for (var number = 103; number < 103 + 50; number++)
            alice.Send(number, Message());

        alice.Send(153, Message());
        Assert.Equal(153, (await alice.Sees<RelayError>(2)).Number);

        _relay.Time.Advance(TimeSpan.FromSeconds(0.5));
        alice.Send(155, Message());
        await Eventually.Is("it is taken", () => alice.HasAnswer(155));
    }

    [Fact]
    public async Task One_sender_does_not_use_up_what_another_may_send()
    {
        var alice = await Exhausted("alice");
        alice.Send(101, Message());
        await alice.Sees<RelayError>();
        var bob = await _relay.Connect("bob");

        bob.Send(1, Message());

        await Eventually.Is("bob's message is taken", () => bob.HasAnswer(1));
    }

    [Fact]
    public async Task Connecting_again_or_taking_over_gives_nobody_more_to_send()
    {
        var first = await Exhausted("alice");
        await first.DisconnectAsync();
        _relay.Directory.Sweep();

        var second = await _relay.Connect("alice");
        second.Send(1, Message());
        Assert.Equal((int)ErrorCode.SendRateExceeded, (await second.Sees<RelayError>()).Code);

        var third = await _relay.Connect("alice");
        third.Send(1, Message());
        Assert.Equal((int)ErrorCode.SendRateExceeded, (await third.Sees<RelayError>()).Code);
    }

    [Fact]
    public async Task What_a_sender_used_up_is_remembered_no_longer_than_it_takes_to_come_back()
    {
        var alice = await _relay.Connect("alice");
        alice.Send(1, [.. Enumerable.Range(0, 100).Select(_ => Message("alice"))]);
        await alice.Sees<Delivery>();
        alice.Acknowledge(100);
        await alice.DisconnectAsync();
        _relay.Directory.Sweep();
        Assert.Equal(1, _relay.Directory.Count);

        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        _relay.Directory.Sweep();

        Assert.Equal((0, 0L), (_relay.Directory.Count, _relay.Directory.Budget.Used));
    }

    [Fact]
    public async Task Whoever_takes_no_notice_of_a_refusal_is_sent_away()
    {
        var alice = await Exhausted("alice");

        for (var number = 101; number < 1000 && !alice.Session.HasEnded; number++)
            alice.Send(number, Message());

        Assert.Equal((int)ErrorCode.TooManyFaults, (await alice.Sees<RelayError>(2)).Code);
        await Eventually.Is("the connection is closed", () => alice.IsClosed);
    }

    [Fact]
    public async Task Whoever_does_not_wait_before_coming_again_is_sent_away()
    {
        var alice = await Exhausted("alice");

        for (var number = 101; number < 1000 && !alice.Session.HasEnded; number += 2)
            alice.Send(number, Message());

        await Eventually.Is("the connection is closed", () => alice.IsClosed);
        Assert.Equal((int)ErrorCode.TooManyFaults, alice.Told.OfType<RelayError>().Last().Code);
    }

    public static TheoryData<string> Faults => ["nonsense", "acknowledgement", "registration", "no list", "no recipient", "no id", "too large"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Nothing_but_mistakes_ends_the_connection_with_the_setting_its_value_and_its_page(string fault)
    {
        var relay = new TestRelay(options => (options.SenderMessagesPerSecond, options.MaxPayloadBytes) = (100, 10));
        var alice = await relay.Connect("alice");

        // Twenty cost two seconds' worth. Messages among them are refused for the rate sooner, and ignoring that is a mistake too.
        var made = 0;
        for (; made < 1000 && !alice.Session.HasEnded; made++)
            Make(fault, alice, made + 1);

        Assert.InRange(made, 20, 400);
        await Eventually.Is("the connection is closed", () => alice.IsClosed);
        var last = alice.Told.OfType<RelayError>().Last();
        Assert.Equal((int)ErrorCode.TooManyFaults, last.Code);
        Assert.Contains("100 messages a second this relay takes from one sender (Relay:SenderMessagesPerSecond). docs/operating.md", last.Message, StringComparison.Ordinal);
        Assert.InRange(last.RetryAfterMilliseconds, 2000, 3000);
    }

    [Fact]
    public async Task Mistakes_before_the_registration_count_too()
    {
        var stranger = _relay.Connect();

        for (var i = 0; i < 100 && !stranger.Session.HasEnded; i++)
            stranger.Send(1, Message());

        await Eventually.Is("the connection is closed", () => stranger.IsClosed);
        Assert.Equal((int)ErrorCode.TooManyFaults, stranger.Told.OfType<RelayError>().Last().Code);
    }

    [Fact]
    public async Task Mistakes_now_and_then_end_nothing()
    {
        var alice = await _relay.Connect("alice");

        for (var i = 0; i < 1000; i++)
        {
            alice.Session.RefuseMalformed();
            _relay.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        alice.Send(1, Message());
        await Eventually.Is("a message is taken", () => alice.HasAnswer(1));
    }

    private static void Make(string fault, TestConnection who, long number)
    {
        switch (fault)
        {
            case "nonsense":
                who.Session.RefuseMalformed();
                break;
            case "acknowledgement":
                who.Acknowledge(long.MaxValue);
                break;
            case "registration":
                who.Register("alice");
                break;
            case "no list":
                who.Session.Relay(new RelayRequest { First = 1 });
                break;
            case "no recipient":
                who.Send(number, Message("NOBODY!"));
                break;
            case "no id":
                who.Send(number, Message() with { Id = default });
                break;
            case "too large":
                who.Send(number, Message() with { Payload = new byte[11] });
                break;
        }
    }

    private static OutboundMessage Message(string to = "nobody") => new() { To = to, Id = MessageId.New() };

    /// <summary>A peer that has sent a hundred messages, and may send none now.</summary>
    private async Task<TestConnection> Exhausted(string peer)
    {
        var connection = await _relay.Connect(peer);
        connection.Send(1, [.. Enumerable.Range(0, 100).Select(_ => Message())]);
        await Eventually.Is("all are taken", () => connection.HasAnswer(100));
        return connection;
    }
}
