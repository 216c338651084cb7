using Relay.Contracts;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Sessions;

public sealed class OutboxTests
{
    private const int Capacity = 4096;
    private readonly Outbox _outbox = new(256);

    [Fact]
    public void Answers_with_numbers_that_follow_each_other_become_one_range()
    {
        for (var number = 1; number <= 5; number++)
            Assert.True(_outbox.TryAdd(One(number), AnswerKind.Accepted));
        _outbox.TryAdd(One(7), AnswerKind.Accepted);

        Assert.True(_outbox.TryTakeAccepted(out var accepted));

        Assert.Equal([(1, 5), (7, 7)], accepted.Ranges!.Select(range => (range.From, range.To)));
        Assert.False(_outbox.TryTakeAccepted(out _));
    }

    [Fact]
    public void What_was_read_and_has_no_answer_yet_is_said_once()
    {
        _outbox.AddRead(7);

        Assert.True(_outbox.TryTakeAccepted(out var accepted));
        Assert.Equal((0, 7), (accepted.Ranges!.Count, accepted.Read));
        Assert.False(_outbox.TryTakeAccepted(out _));
    }

    [Fact]
    public void Accepted_and_queued_are_kept_apart()
    {
        _outbox.TryAdd(One(1), AnswerKind.Accepted);
        _outbox.TryAdd(One(2), AnswerKind.Queued);

        Assert.True(_outbox.TryTakeQueued(out var queued));
        Assert.Equal(2, Assert.Single(queued.Ranges!).From);
        Assert.True(_outbox.TryTakeAccepted(out _));
    }

    [Fact]
    public void What_was_taken_does_not_change_any_more()
    {
        _outbox.TryAdd(One(1), AnswerKind.Accepted);
        _outbox.TryTakeAccepted(out var accepted);

        _outbox.TryAdd(One(2), AnswerKind.Accepted);

        Assert.Equal(1, Assert.Single(accepted!.Ranges!).To);
    }

    [Fact]
    public void A_million_answers_that_follow_each_other_fit()
    {
        for (var number = 1; number <= 1_000_000; number++)
            Assert.True(_outbox.TryAdd(One(number), AnswerKind.Queued));
    }

    [Fact]
    public void A_full_outbox_says_so_and_does_not_grow()
    {
        for (var number = 0; number < Capacity; number++)
            Assert.True(_outbox.TryAdd(One(2 * number), AnswerKind.Accepted));

        Assert.False(_outbox.TryAdd(One(100_000), AnswerKind.Accepted));

        _outbox.TryTakeAccepted(out var accepted);
        Assert.Equal(Capacity, accepted!.Ranges!.Count);
    }

    [Fact]
    public void Errors_come_in_order_and_are_bounded_too()
    {
        for (var number = 0; number < Capacity; number++)
            Assert.True(_outbox.TryAdd(new RelayError { Number = number }));
        Assert.False(_outbox.TryAdd(new RelayError()));

        var taken = 0;
        while (_outbox.TryTakeError(out var error))
            Assert.Equal(taken++, error.Number);
        Assert.Equal(Capacity, taken);
    }

    private static NumberRange One(long number) => new() { From = number, To = number };
}
