using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Admission;

namespace Relay.Hub.Tests.Admission;

public sealed class SendRateTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_seconds_worth_may_come_at_once_and_then_as_much_as_time_gives()
    {
        var rate = Rate(messages: 10);

        Assert.Equal(10, Taken(rate, tries: 20));
        _time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.Equal(3, Taken(rate, tries: 20));
    }

    [Fact]
    public void Waiting_as_long_as_it_says_is_enough_and_gives_half_a_second_at_once()
    {
        var rate = Rate(messages: 10);
        Taken(rate, tries: 20);

        var refusal = Take(rate, 1)!;

        Assert.Equal((ErrorCode.SendRateExceeded, TimeSpan.FromSeconds(0.5)), (refusal.Code, refusal.RetryAfter));
        _time.Advance(refusal.RetryAfter);
        Assert.Equal(5, Taken(rate, tries: 20));
    }

    [Fact]
    public void A_call_of_more_than_a_seconds_worth_goes_whole_and_is_waited_for_afterwards()
    {
        var rate = Rate(messages: 10);

        Assert.Null(Take(rate, 128));

        Assert.Equal(TimeSpan.FromSeconds(12.3), Take(rate, 1)!.RetryAfter);
        _time.Advance(TimeSpan.FromSeconds(12.3));
        Assert.Null(Take(rate, 128));
    }

    [Fact]
    public void Bytes_count_apart_and_the_refusal_names_the_setting_that_tripped_its_value_and_its_page()
    {
        var rate = Rate(messages: 1000, bytes: 100_000);
        Assert.Null(Take(rate, 1, 65_536));
        Assert.Null(Take(rate, 1, 65_536));

        Assert.Contains("takes 100000 bytes a second (Relay:SenderBytesPerSecond) from one sender", Take(rate, 1, 0)!.Message, StringComparison.Ordinal);

        rate = Rate(messages: 7);
        Taken(rate, tries: 20);
        Assert.Contains("takes 7 messages a second (Relay:SenderMessagesPerSecond) from one sender", Take(rate, 1)!.Message, StringComparison.Ordinal);
        Assert.EndsWith("docs/operating.md describes this setting.", Take(rate, 1)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_comes_no_more_goes_than_the_rate_allows_and_one_call() => Gen.Select(Gen.Int[1, 128], Gen.Int[0, 300]).Array[1, 200].Sample(calls =>
    {
        var time = new FakeTimeProvider();
        var rate = new SendRate(new RelayOptions { SenderMessagesPerSecond = 100 }, time);
        var start = time.GetTimestamp();
        var taken = 0;
        foreach (var (messages, milliseconds) in calls)
        {
            taken += rate.TryTake(messages, 0, time.GetTimestamp()) is null ? messages : 0;
            Assert.InRange(taken, 0, 100 + (100 * time.GetElapsedTime(start).TotalSeconds) + 128);
            time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        }
    });

    [Fact]
    public void A_refused_call_costs_nothing_and_a_full_bucket_has_nothing_to_remember()
    {
        var rate = Rate(messages: 10);
        Assert.True(rate.IsFull);
        Taken(rate, tries: 1000);
        Assert.False(rate.IsFull);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(rate.IsFull);
    }

    [Fact]
    public void Mistakes_cost_ten_messages_each_and_are_too_many_at_two_seconds_worth()
    {
        var rate = Rate(messages: 100);
        for (var i = 0; i < 10; i++)
            Assert.Null(rate.TakeFault());

        // Nothing is left for messages; mistakes may go on for another second's worth.
        Assert.NotNull(Take(rate, 1));
        for (var i = 0; i < 10; i++)
            Assert.Null(rate.TakeFault());

        var refusal = rate.TakeFault()!;
        Assert.Equal(ErrorCode.TooManyFaults, refusal.Code);
        Assert.Contains("the 100 messages a second this relay takes from one sender (Relay:SenderMessagesPerSecond). docs/operating.md", refusal.Message, StringComparison.Ordinal);
    }

    private SendRate Rate(int messages, long bytes = 1L << 40) =>
        new(new RelayOptions { SenderMessagesPerSecond = messages, SenderBytesPerSecond = bytes }, _time);

    private Refusal? Take(SendRate rate, int messages, long bytes = 0) => rate.TryTake(messages, bytes, _time.GetTimestamp());

    private int Taken(SendRate rate, int tries) => Enumerable.Range(0, tries).Count(_ => Take(rate, 1) is null);
}
