using Client.Transport.Relay;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;

namespace Client.Transport.Tests.Relay;

/// <summary>When the next call goes: at once, when the one before was read, or when it is full.</summary>
public sealed class SendQueueTests
{
    private static readonly SendResult Accepted = new(SendStatus.Accepted, TransportKind.Relay);
    private readonly FakeTimeProvider _time = new();
    private readonly SendQueue _queue;

    public SendQueueTests()
    {
        _queue = new SendQueue(_time);
        _queue.Start(new RelayLimits
        {
            MaxPayloadBytes = 100,
            MaxBatchMessages = 4,
            MaxBatchBytes = 100,
            SendWindowMessages = 6,
            SendWindowBytes = 1000,
        });
    }

    [Fact]
    public void A_lone_message_goes_at_once()
    {
        Add(1);

        Assert.Equal((1, 1), Take());
    }

    [Fact]
    public void What_comes_while_a_call_is_on_its_way_goes_together_once_that_was_read()
    {
        Add(1);
        Take();
        Add(2);
        Assert.Equal((0, 0), Take());

        _queue.Read(1);

        Assert.Equal((2, 2), Take());
    }

    [Fact]
    public void Any_answer_says_that_a_call_was_read()
    {
        Add(1);
        Take();
        Add(1);

        _queue.Answer(new NumberRange { From = 1, To = 1 }, Accepted);

        Assert.Equal((2, 1), Take());
    }

    [Fact]
    public void A_full_call_waits_for_nothing()
    {
        Add(1);
        Take();
        Add(4);

        Assert.Equal((2, 4), Take());
    }

    [Fact]
    public async Task A_burst_behind_another_is_not_begun_with_its_first_message_alone()
    {
        Add(1);
        Take();
        Add(2);
        _queue.Read(1);
        await _queue.WaitAsync();
        Take();
        _queue.Read(3);

        // Whoever writes is not run by the one who adds, who may have more.
        var (adder, isAdding) = (Environment.CurrentManagedThreadId, true);
        var taking = TakeWhenToldAsync();
        Add(1);
        Volatile.Write(ref isAdding, false);
        Assert.False(await taking);

        // Behind a message that went alone, he is: there is nothing to wait for.
        _queue.Read(4);
        (adder, isAdding) = (Environment.CurrentManagedThreadId, true);
        taking = TakeWhenToldAsync();
        Add(1);
        Assert.True(taking.IsCompletedSuccessfully && await taking);

        async Task<bool> TakeWhenToldAsync()
        {
            await _queue.WaitAsync();
            var isRunByAdder = Environment.CurrentManagedThreadId == adder && Volatile.Read(ref isAdding);
            Take();
            return isRunByAdder;
        }
    }

    [Fact]
    public void Messages_for_a_slow_recipient_hold_up_nothing_but_the_window()
    {
        Add(1);
        Take();
        _queue.Read(1);
        Add(4);
        Take();
        _queue.Read(5);
        Add(4);

        // Five are without an answer, six may be.
        Assert.Equal((6, 1), Take());
        Assert.Equal((0, 0), Take());

        _queue.Answer(new NumberRange { From = 1, To = 6 }, Accepted);
        Assert.Equal((7, 3), Take());
    }

    [Fact]
    public async Task What_is_cancelled_before_its_turn_never_goes()
    {
        using var cancelled = new CancellationTokenSource();
        Add(1);
        Take();
        var send = new PendingSend(PeerId.Parse("bob"), new OutgoingMessage(new byte[1]), cancelled.Token);
        _queue.Add(send);
        var other = Add(1)[0];

        await cancelled.CancelAsync();
        _queue.Read(1);

        Assert.Equal((2, 1), Take());
        Assert.True(send.Task.IsCanceled);
        _queue.Answer(new NumberRange { From = 2, To = 2 }, Accepted);
        Assert.Equal(SendStatus.Accepted, (await other.Task).Status);
    }

    [Fact]
    public async Task A_broken_link_fails_all_and_everything_later()
    {
        var sent = Add(1)[0];
        Take();
        var waiting = Add(1)[0];

        _queue.Break(new TransportException(TransportError.ConnectionClosed, "gone"));
        var later = Add(1)[0];

        foreach (var send in new[] { sent, waiting, later })
            Assert.Equal(TransportError.ConnectionClosed, (await Assert.ThrowsAsync<TransportException>(() => send.Task)).Error);
        Assert.False(await _queue.WaitAsync() && await _queue.WaitAsync());
    }

    [Fact]
    public async Task Answers_to_numbers_there_are_none_of_mean_nothing()
    {
        var send = Add(1)[0];
        Take();

        _queue.Answer(new NumberRange { From = long.MinValue, To = 0 }, Accepted);
        _queue.Answer(new NumberRange { From = 5, To = long.MaxValue }, Accepted);

        Assert.False(_queue.Refuse(9, new TransportException(TransportError.Io, "no")));
        Add(1);
        Assert.True(_queue.Refuse(1, new TransportException(TransportError.Io, "no")));
        Assert.Equal("no", (await Assert.ThrowsAsync<TransportException>(() => send.Task)).Message);
    }

    [Fact]
    public async Task What_is_refused_for_the_rate_goes_again_after_the_pause_in_front_and_in_order_with_a_number_left_out()
    {
        var first = Add(4);
        Take();
        _queue.Answer(new NumberRange { From = 2, To = 2 }, Accepted);
        var later = Add(3);
        Assert.Equal((5, 3), Take());
        var last = Add(1);

        // Number 1 waits for a slow recipient, and stays there.
        Assert.True(_queue.PutBack(3, TimeSpan.FromSeconds(1)));
        Assert.Empty(TakeMessages());
        _time.Advance(TimeSpan.FromSeconds(1));

        var call = new List<OutboundMessage>();
        Assert.Equal(9, _queue.Take(call));
        Assert.Equal([first[2].Outbound.Id, first[3].Outbound.Id, later[0].Outbound.Id, later[1].Outbound.Id], call.Select(message => message.Id));
        _queue.Answer(new NumberRange { From = 9, To = 9 }, Accepted);
        Assert.Equal([later[2].Outbound.Id, last[0].Outbound.Id], TakeMessages());
        _queue.Answer(new NumberRange { From = 1, To = 14 }, Accepted);
        foreach (var send in (PendingSend[])[.. first, .. later, .. last])
            Assert.Equal(SendStatus.Accepted, (await send.Task).Status);
    }

    [Fact]
    public void What_is_refused_again_at_once_keeps_its_place()
    {
        var sends = Add(6);
        Take();
        _queue.Read(4);
        Take();
        _queue.PutBack(2, TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((8, 4), Take());

        // Of five that wait again four have gone; the fifth must not come in front of them.
        Assert.True(_queue.PutBack(8, TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([.. sends.Skip(1).Take(4).Select(send => send.Outbound.Id)], TakeMessages());
        _queue.Read(20);
        Assert.Equal([sends[5].Outbound.Id], TakeMessages());
    }

    [Fact]
    public async Task What_is_cancelled_in_the_pause_does_not_go_again()
    {
        using var cancelled = new CancellationTokenSource();
        var send = new PendingSend(PeerId.Parse("bob"), new OutgoingMessage(new byte[1]), cancelled.Token);
        _queue.Add(send);
        Take();
        var other = Add(1)[0];
        _queue.PutBack(1, TimeSpan.FromSeconds(1));

        await cancelled.CancelAsync();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([other.Outbound.Id], TakeMessages());
        Assert.True(send.Task.IsCanceled);
    }

    [Fact]
    public async Task A_link_that_breaks_in_the_pause_fails_all()
    {
        var sends = Add(3);
        Take();
        sends.AddRange(Add(1));
        _queue.PutBack(2, TimeSpan.FromSeconds(1));

        _queue.Break(new TransportException(TransportError.ConnectionClosed, "gone"));
        _time.Advance(TimeSpan.FromSeconds(1));

        foreach (var send in sends)
            Assert.Equal(TransportError.ConnectionClosed, (await Assert.ThrowsAsync<TransportException>(() => send.Task)).Error);
        Assert.Empty(TakeMessages());
    }

    [Fact]
    public void A_relay_that_asks_for_no_pause_gets_one_and_one_that_asks_for_ever_is_tried_again()
    {
        Add(1);
        Take();
        _queue.PutBack(1, TimeSpan.Zero);
        Assert.Equal((0, 0), Take());
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal((3, 1), Take());

        _queue.PutBack(3, TimeSpan.MaxValue);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal((5, 1), Take());
    }

    [Fact]
    public void Refusals_of_what_is_not_under_way_mean_nothing()
    {
        Assert.False(_queue.PutBack(1, TimeSpan.FromSeconds(1)));
        Add(1);
        Take();
        Assert.False(_queue.PutBack(2, TimeSpan.FromSeconds(1)));
        _queue.Answer(new NumberRange { From = 1, To = 1 }, Accepted);
        Assert.False(_queue.PutBack(1, TimeSpan.FromSeconds(1)));

        // Nor do they use up numbers.
        Add(1);
        Assert.Equal((2, 1), Take());
    }

    private List<PendingSend> Add(int count)
    {
        var added = new List<PendingSend>();
        for (var i = 0; i < count; i++)
        {
            added.Add(new PendingSend(PeerId.Parse("bob"), new OutgoingMessage(new byte[1]), CancellationToken.None));
            _queue.Add(added[^1]);
        }

        return added;
    }

    private MessageId[] TakeMessages()
    {
        var call = new List<OutboundMessage>();
        _queue.Take(call);
        return [.. call.Select(message => message.Id)];
    }

    private (long First, int Count) Take()
    {
        var call = new List<OutboundMessage>();
        return (_queue.Take(call), call.Count);
    }
}
