using Relay.Hub.Admission;

namespace Relay.Hub.Sessions;

// How much the client may hand over in a time, and what its mistakes cost.
internal sealed partial class Session
{
    private SendRate? _strangersRate;

    // While the client has not taken notice of a refusal for its rate: the last number that is refused with it, and how many are.
    private long _refusedTo;
    private long _refusedMessages;

    // When the last refusal allows the client to come again.
    private long _mayComeAgainAt;

    private SendRate Rate => Peer?.SendRate ?? (_strangersRate ??= _registry.Directory.NewSendRate());

    /// <summary>Whether a call came behind one that was refused for the rate. Then it has its answer already: taking it would put it in front of what was refused.</summary>
    private bool IsRefusedAlready(long first, int count)
    {
        if (_refusedTo == 0)
            return false;

        // A number left out says: I have read the refusal, and what was refused comes again from here on.
        if (first > _refusedTo + 1)
        {
            _refusedTo = 0;
            return false;
        }

        NoteRefused(first, count);

        // More than can have been under way when the refusal was told.
        if (_refusedMessages > Options.SendWindowMessages)
            Charge();
        return true;
    }

    private bool IsOverTheRate(long first, int count, long bytes, long now)
    {
        // An empty call costs the relay what a message does.
        count = Math.Max(1, count);
        if (Rate.TryTake(count, bytes, now) is not { } refusal)
            return false;

        _refusedMessages = 0;
        NoteRefused(first, count);
        Refuse(refusal, first);

        // Whoever does not wait gets an answer for every call, and never a message through.
        if (now < _mayComeAgainAt)
            Charge();
        _mayComeAgainAt = now + (long)(refusal.RetryAfter.TotalSeconds * _registry.Time.TimestampFrequency);
        return true;
    }

    private void NoteRefused(long first, int count)
    {
        _refusedTo = Math.Max(_refusedTo, first + count - 1);
        _refusedMessages += count;
    }

    /// <summary>Says no to what can never be right, and charges for it. The connection stays, unless there is no end to it.</summary>
    private void RefuseFault(Refusal refusal, long number = 0)
    {
        Refuse(refusal, number);
        Charge();
    }

    private void Charge()
    {
        if (Rate.TakeFault() is { } refusal)
            End(Ending.Refused(refusal));
    }
}
