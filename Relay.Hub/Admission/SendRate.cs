using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>What one sender may hand over: messages and bytes, a second's worth at once and then evenly. Any thread; nobody shares it but connections of one peer.</summary>
/// <remarks>
/// As in <see cref="RateLimit{TKey}"/> a bucket is one number: the time at which it will be full again. Whoever finds something in
/// both buckets takes all it needs, and the next one waits for what is missing. So a call of any size goes, none is cut up,
/// and in any time no more comes through than the rate and one call.
/// </remarks>
internal sealed class SendRate(RelayOptions options, TimeProvider time)
{
    /// <summary>What a mistake costs, in messages. It gets an answer with words in it, and takes nobody any further.</summary>
    public const int FaultCost = 10;

    private readonly Lock _gate = new();
    private readonly long _second = time.TimestampFrequency;
    private long _messagesFullAt;
    private long _bytesFullAt;

    /// <summary>Whether nothing would be forgotten with this.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return Math.Max(_messagesFullAt, _bytesFullAt) <= time.GetTimestamp();
        }
    }

    /// <summary>Takes what a call needs, all of it or nothing.</summary>
    /// <param name="now">A timestamp of the <see cref="TimeProvider"/>.</param>
    /// <returns>Null when it may go.</returns>
    public Refusal? TryTake(int messages, long bytes, long now)
    {
        long behind;
        bool tooManyBytes;
        lock (_gate)
        {
            tooManyBytes = _bytesFullAt > _messagesFullAt;
            behind = Math.Max(_messagesFullAt, _bytesFullAt) - now;
            if (behind < _second)
            {
                _messagesFullAt = Math.Max(_messagesFullAt, now) + Worth(messages, options.SenderMessagesPerSecond);
                _bytesFullAt = Math.Max(_bytesFullAt, now) + Worth(bytes, options.SenderBytesPerSecond);
                return null;
            }
        }

        // Until half of it is there again: what was under way behind the refused call is sent twice, and that should be little of what goes at once.
        var what = tooManyBytes
            ? $"{options.SenderBytesPerSecond} bytes a second (Relay:SenderBytesPerSecond)"
            : $"{options.SenderMessagesPerSecond} messages a second (Relay:SenderMessagesPerSecond)";
        return new Refusal(
            ErrorCode.SendRateExceeded,
            $"This relay takes {what} from one sender. Wait, leave out a number, and send this message and everything behind it again, in order. {Refusal.Documented}",
            time.GetElapsedTime(0, behind - (_second / 2)));
    }

    /// <summary>Charges mistakes, whether there is anything left or not.</summary>
    /// <returns>Null while that can go on; the refusal of the connection when two seconds' worth is owed already.</returns>
    public Refusal? TakeFault()
    {
        long behind;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            behind = _messagesFullAt - now;
            if (behind < 2 * _second)
            {
                _messagesFullAt = Math.Max(_messagesFullAt, now) + Worth(FaultCost, options.SenderMessagesPerSecond);
                return null;
            }
        }

        return new Refusal(
            ErrorCode.TooManyFaults,
            $"The client makes one mistake after the other. Each costs as much as {FaultCost} messages, and together they cost two seconds' worth of the " +
            $"{options.SenderMessagesPerSecond} messages a second this relay takes from one sender (Relay:SenderMessagesPerSecond). {Refusal.Documented}",
            time.GetElapsedTime(0, behind));
    }

    private long Worth(long amount, long perSecond) => (long)((Int128)amount * _second / perSecond);
}
