using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Positions of messages that came too late, until a registration tells that the relay knows of them. Not thread-safe: the inbox's lock guards it.</summary>
internal sealed class LatePositions
{
    // Ascending.
    private readonly Queue<long> _positions = new();
    private long _last;
    private long _told;

    public int Count => _positions.Count;

    /// <summary>The first of them; beyond all positions if there is none.</summary>
    public long First => _positions.TryPeek(out var first) ? first : long.MaxValue;

    public void Add(long position) => _positions.Enqueue(_last = position);

    /// <summary>Starts over: the positions before mean nothing any more.</summary>
    public void Restart()
    {
        _positions.Clear();
        _last = 0;
    }

    /// <summary>A link begins. The relay knows of those up to a position, and is told of the others by this link.</summary>
    public void Begin(long known)
    {
        while (_positions.TryPeek(out var first) && first <= known)
            _positions.Dequeue();
        _told = known;
    }

    /// <summary>Takes those up to a position that the link was not told yet.</summary>
    /// <param name="sequence">Goes back to what comes before the next one, if there are too many.</param>
    /// <param name="most">How many ranges the relay takes at once.</param>
    /// <returns>Null if there are none.</returns>
    public IReadOnlyList<NumberRange>? Tell(ref long sequence, int most)
    {
        if (_last <= _told)
            return null;

        List<NumberRange>? ranges = null;
        foreach (var position in _positions.SkipWhile(position => position <= _told))
        {
            if (position > sequence)
                break;

            if (ranges is [.., var last] && last.To == position - 1)
            {
                ranges[^1] = new NumberRange { From = last.From, To = position };
            }
            else if (ranges?.Count == most)
            {
                sequence = position - 1;
                break;
            }
            else
            {
                (ranges ??= []).Add(new NumberRange { From = position, To = position });
            }
        }

        _told = Math.Max(_told, sequence);
        return ranges;
    }
}
