namespace Relay.Hub.Admission;

/// <summary>How often each key may do something: a minute's worth at once, and then evenly. Any thread.</summary>
/// <remarks>
/// A bucket is one number: the time at which it will be full again (the "generic cell rate algorithm" of ATM networks). Buckets
/// live in two generations. A new generation begins every minute, and when the young one has half the capacity; the old one is
/// forgotten then. A bucket is full again a minute after its last use, so what is forgotten after a minute is nothing; only when
/// more than half the capacity of keys come within a minute do the longest unused get a fresh bucket too early.
/// </remarks>
/// <param name="capacity">How many keys are remembered at the most.</param>
/// <param name="forgetsEarly">Called, under the lock, when buckets are forgotten that may not have been full again.</param>
internal sealed class RateLimit<TKey>(int perMinute, int capacity, TimeProvider time, Action? forgetsEarly = null)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly long _minute = time.TimestampFrequency * 60;
    private Dictionary<TKey, long> _young = [];
    private Dictionary<TKey, long> _old = [];
    private long _begun = time.GetTimestamp();

    /// <param name="retryAfter">How long until the next one is allowed.</param>
    public bool TryTake(TKey key, out TimeSpan retryAfter)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (now - _begun >= _minute || _young.Count >= capacity / 2)
                BeginGeneration(now);

            var fullAt = Math.Max(now, _young.GetValueOrDefault(key, _old.GetValueOrDefault(key, long.MinValue))) + (_minute / perMinute);
            if (fullAt - now > _minute)
            {
                retryAfter = time.GetElapsedTime(now, fullAt - _minute);
                return false;
            }

            _young[key] = fullAt;
            retryAfter = TimeSpan.Zero;
            return true;
        }
    }

    private void BeginGeneration(long now)
    {
        if (now - _begun < _minute && _old.Count > 0)
            forgetsEarly?.Invoke();

        // After two idle minutes nothing in either is of use.
        _old = now - _begun < 2 * _minute ? _young : [];
        _young = [];
        _begun = now;
    }
}
