namespace Relay.Hub.Observability;

/// <summary>Counts what strangers can bring about as often as they like, by what it is, and says when to log it: the first at once, then once a minute.</summary>
/// <remarks>A flood must not flood the log as well. Any thread.</remarks>
internal sealed class Tally(TimeProvider time)
{
    /// <summary>Reasons that are told apart: many times the relay's own. A policy of the application can have a new one for everybody; above this, within a minute, they count together.</summary>
    public const int MaxReasons = 100;

    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Count, long LoggedAt)> _reasons = new(StringComparer.Ordinal);

    /// <returns>How many to log now; 0 for none.</returns>
    public int Count(string reason)
    {
        lock (_gate)
        {
            if (!_reasons.TryGetValue(reason, out var known) && _reasons.Count >= MaxReasons && !TryForget())
                _reasons.TryGetValue(reason = "", out known);

            var count = known.Count + 1;
            if (known.LoggedAt != 0 && time.GetElapsedTime(known.LoggedAt) < BetweenLines)
            {
                _reasons[reason] = (count, known.LoggedAt);
                return 0;
            }

            _reasons[reason] = (0, time.GetTimestamp());
            return count;
        }
    }

    /// <summary>Makes room for new reasons, or those of long ago would keep theirs for ever.</summary>
    private bool TryForget()
    {
        foreach (var (reason, (_, loggedAt)) in _reasons)
        {
            if (time.GetElapsedTime(loggedAt) >= BetweenLines)
                _reasons.Remove(reason);
        }

        return _reasons.Count < MaxReasons;
    }
}
