namespace Relay.Hub.Admission;

/// <summary>Counts refusals by what they are for, and says when to log them: the first at once, then once a minute. A flood must not flood the log as well.</summary>
internal sealed class RefusalTally<TReason>(TimeProvider time)
    where TReason : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TReason, (int Count, long LoggedAt)> _reasons = [];

    /// <returns>How many to log now; 0 for none.</returns>
    public int Count(TReason reason)
    {
        lock (_gate)
        {
            var isKnown = _reasons.TryGetValue(reason, out var known);
            var count = known.Count + 1;
            if (isKnown && time.GetElapsedTime(known.LoggedAt) < TimeSpan.FromMinutes(1))
            {
                _reasons[reason] = (count, known.LoggedAt);
                return 0;
            }

            _reasons[reason] = (0, time.GetTimestamp());
            return count;
        }
    }
}
