namespace TermChat.Sessions;

/// <summary>Which counters of a session came already: all below the window count as seen, those above it are new.</summary>
internal sealed class ReplayWindow
{
    /// <summary>How far behind the newest a message may be late: twice what a relay keeps for a peer by default.</summary>
    public const int Length = 2048;

    private const int WordBits = 64;

    // One word more than the window, so that moving it clears whole words, and those within the window stay.
    private readonly ulong[] _seen = new ulong[(Length / WordBits) + 1];
    private ulong _next;

    /// <summary>Whether this counter has not come yet, as far as can be told.</summary>
    public bool IsNew(ulong counter) => counter >= _next || (_next - counter <= Length && (WordOf(counter) & BitOf(counter)) == 0);

    /// <summary>From now on this counter is seen. Only for what is authentic: anybody can write a high number.</summary>
    public void Add(ulong counter)
    {
        if (counter >= _next)
        {
            // From the word of the newest so far: that of the next one may still hold what it held a lap ago.
            var from = (_next == 0 ? 0 : _next - 1) / WordBits;
            var steps = Math.Min((counter / WordBits) - from, (ulong)_seen.Length);
            for (var step = 1UL; step <= steps; step++)
                _seen[(from + step) % (ulong)_seen.Length] = 0;
            _next = counter + 1;
        }

        WordOf(counter) |= BitOf(counter);
    }

    private static ulong BitOf(ulong counter) => 1UL << (int)(counter % WordBits);

    private ref ulong WordOf(ulong counter) => ref _seen[counter / WordBits % (ulong)_seen.Length];
}
