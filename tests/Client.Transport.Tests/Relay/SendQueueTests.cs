using Client.Transport.Relay;
using Relay.Contracts;

namespace Client.Transport.Tests.Relay;

/// <summary>When the next call goes: at once, when the one before was read, or when it is full.</summary>
public sealed class SendQueueTests
{
    private static readonly SendResult Accepted = new(SendStatus.Accepted, TransportKind.Relay);
    private readonly SendQueue _queue = new();

    public SendQueueTests() => _queue.Start(new RelayLimits
    {
        MaxPayloadBytes = 100,
        MaxBatchMessages = 4,
        MaxBatchBytes = 100,
        SendWindowMessages = 6,
        SendWindowBytes = 1000,
    });

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
    public void Answers_to_numbers_there_are_none_of_mean_nothing()
    {
        Add(1);
        Take();

        _queue.Answer(new NumberRange { From = long.MinValue, To = 0 }, Accepted);
        _queue.Answer(new NumberRange { From = 5, To = long.MaxValue }, Accepted);

        Assert.False(_queue.Refuse(9, new TransportException(TransportError.Io, "no")));
        Add(1);
        Assert.True(_queue.Refuse(1, new TransportException(TransportError.Io, "no")));
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

    private (long First, int Count) Take()
    {
        var call = new List<OutboundMessage>();
        return (_queue.Take(call), call.Count);
    }
}
