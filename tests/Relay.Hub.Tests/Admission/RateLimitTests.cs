using System.Runtime.CompilerServices;
using Microsoft.Extensions.Time.Testing;
using Relay.Hub.Admission;

namespace Relay.Hub.Tests.Admission;

public sealed class RateLimitTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_minutes_worth_may_come_at_once_and_then_one_at_a_time()
    {
        var limit = new RateLimit<string>(perMinute: 6, capacity: 100, _time);

        Assert.Equal(6, Taken(limit, "a", tries: 10));
        Assert.False(limit.TryTake("a", out var retryAfter));
        Assert.Equal(TimeSpan.FromSeconds(10), retryAfter);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Taken(limit, "a", tries: 10));
    }

    [Fact]
    public void Waiting_as_long_as_it_says_is_enough()
    {
        var limit = new RateLimit<string>(perMinute: 7, capacity: 100, _time);
        for (var i = 0; i < 100; i++)
        {
            if (!limit.TryTake("a", out var retryAfter))
            {
                _time.Advance(retryAfter + TimeSpan.FromTicks(1));
                Assert.True(limit.TryTake("a", out _));
            }
        }
    }

    [Fact]
    public void A_refused_try_costs_nothing()
    {
        var limit = new RateLimit<string>(perMinute: 6, capacity: 100, _time);
        Taken(limit, "a", tries: 1000);

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(6, Taken(limit, "a", tries: 10));
    }

    [Fact]
    public void Over_any_time_no_more_pass_than_the_rate_and_one_burst()
    {
        var limit = new RateLimit<string>(perMinute: 60, capacity: 100, _time);
        var passed = 0;
        for (var second = 0; second < 600; second++)
        {
            passed += Taken(limit, "a", tries: 5);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(passed, 600, 661);
    }

    [Fact]
    public void One_key_uses_up_nothing_of_anothers()
    {
        var limit = new RateLimit<string>(perMinute: 6, capacity: 100, _time);
        Taken(limit, "a", tries: 10);

        Assert.Equal(6, Taken(limit, "b", tries: 10));
    }

    [Fact]
    public void More_keys_than_it_remembers_take_nothing_of_what_was_used_lately()
    {
        var limit = new RateLimit<int>(perMinute: 6, capacity: 100, _time);
        Assert.Equal(6, Taken(limit, -1, tries: 10));

        // A generation is half the capacity: this key is in the young or the old one for as many others.
        for (var key = 0; key < 49; key++)
            limit.TryTake(key, out _);

        Assert.Equal(0, Taken(limit, -1, tries: 10));
    }

    [Fact]
    public void It_remembers_no_more_keys_than_it_may()
    {
        var limit = new RateLimit<int>(perMinute: 6, capacity: 100, _time);
        Taken(limit, -1, tries: 10);

        for (var key = 0; key < 100; key++)
            limit.TryTake(key, out _);

        Assert.Equal(6, Taken(limit, -1, tries: 10));
    }

    [Fact]
    public void It_holds_no_key_of_two_minutes_ago()
    {
        var limit = new RateLimit<object>(perMinute: 6, capacity: 100, _time);
        var key = TakeOfNewKey(limit);

        for (var minute = 0; minute < 2; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            limit.TryTake("other", out _);
        }

        GC.Collect();
        Assert.False(key.TryGetTarget(out _));
        GC.KeepAlive(limit);
    }

    // Not inlined, or the test's own frame would hold the key.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<object> TakeOfNewKey(RateLimit<object> limit)
    {
        var key = new object();
        limit.TryTake(key, out _);
        return new WeakReference<object>(key);
    }

    private static int Taken<TKey>(RateLimit<TKey> limit, TKey key, int tries)
        where TKey : notnull => Enumerable.Range(0, tries).Count(_ => limit.TryTake(key, out TimeSpan _));
}
