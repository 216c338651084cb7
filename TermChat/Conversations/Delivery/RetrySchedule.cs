namespace TermChat.Conversations.Delivery;

/// <summary>When to ask a peer again that has not acknowledged. Pure: told what happened and when, by a clock that only goes forward, it says when to act.</summary>
/// <remarks>
/// Most silence is a peer that is away, with the messages safe at the relay: asking often would only fill its mailbox with
/// copies. So the pauses double, and shrink again when the peer shows life.
/// </remarks>
internal sealed class RetrySchedule
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Time enough for an acknowledgement that is on its way.</summary>
    public static readonly TimeSpan AfterLife = TimeSpan.FromSeconds(3);

    /// <summary>Between attempts the transport itself turned down.</summary>
    public static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(5);

    private TimeSpan _pause = First;
    private TimeSpan? _probeAt;

    /// <summary>Nothing is handed over before this time.</summary>
    public TimeSpan NotBefore { get; private set; } = TimeSpan.Zero;

    /// <summary>The relay had no room for what waits: not even due messages go out until the peer shows life.</summary>
    public bool IsMailboxFull { get; private set; }

    public void Sent(TimeSpan now) => _probeAt ??= now + _pause;

    /// <summary>The messages of an earlier run: nobody knows what became of them, so ask at once.</summary>
    public void Resumed(TimeSpan now) => _probeAt = now;

    /// <summary>Something readable came from the peer.</summary>
    public void SawLife(TimeSpan now)
    {
        _pause = First;
        IsMailboxFull = false;
        if (_probeAt > now + AfterLife)
            _probeAt = now + AfterLife;
    }

    /// <summary>Messages were acknowledged.</summary>
    public void Progress(TimeSpan now, bool isAnythingLeft)
    {
        _pause = First;
        _probeAt = isAnythingLeft ? now + _pause : null;
    }

    public void TurnedDown(TimeSpan now) => NotBefore = now + AfterRefusal;

    public void MailboxFull(TimeSpan now)
    {
        IsMailboxFull = true;
        _probeAt ??= now + _pause;
    }

    public void Connected() => NotBefore = TimeSpan.Zero;

    /// <summary>Whether to ask now. If so, the next time is set.</summary>
    public bool TakeProbe(TimeSpan now)
    {
        if (_probeAt is not { } at || now < at)
            return false;

        // Also the way out of a full mailbox whose owner never shows life: perhaps it has expired by now.
        IsMailboxFull = false;
        _probeAt = now + _pause;
        _pause = _pause * 2 < Longest ? _pause * 2 : Longest;
        return true;
    }
}
