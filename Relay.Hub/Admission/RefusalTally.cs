using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Counts refusals by code, and says when to log them: the first at once, then once a minute. A flood must not flood the log as well.</summary>
internal sealed class RefusalTally(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ErrorCode, (int Count, long LoggedAt)> _codes = [];

    /// <returns>How many to log now; 0 for none.</returns>
    public int Count(ErrorCode code)
    {
        lock (_gate)
        {
            var isKnown = _codes.TryGetValue(code, out var known);
            var count = known.Count + 1;
            if (isKnown && time.GetElapsedTime(known.LoggedAt) < TimeSpan.FromMinutes(1))
            {
                _codes[code] = (count, known.LoggedAt);
                return 0;
            }

            _codes[code] = (0, time.GetTimestamp());
            return count;
        }
    }
}
