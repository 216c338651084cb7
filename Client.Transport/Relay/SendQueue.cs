using System.Threading.Channels;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>What one link is to send and what it has sent, and when the next call goes. Safe to call from any thread.</summary>
/// <remarks>
/// Nagle's rule, with calls for segments: while the relay has not read the call before, only a full one follows it. So a lone
/// message goes at once, and a burst goes in as few calls as the way to the relay and back allows, without a timer.
/// <para>
/// A burst that begins when nothing is under way would go in two calls, the first of one message. So where the last call had several, the
/// next burst's first message waits for a turn of the thread pool, which brings the rest: without that, a fifth of a stream's calls had one.
/// </para>
/// <para>
/// Read is not answered: messages for a slow recipient wait without an answer, and must not hold up those for others. The
/// relay says up to where it has read when it has no answer to give.
/// </para>
/// </remarks>
internal sealed partial class SendQueue(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingSend> _waiting = new();
    private readonly UnansweredSends _sent = new();

    // One token: "look again". Whoever puts it in goes on as the one who looks, where that one waits: a lone message is
    // written by the thread that sends it. So never under the lock.
    private readonly Channel<bool> _look = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, AllowSynchronousContinuations = true });

    private RelayLimits _limits = new();
    private long _waitingBytes;
    private long _lastCall;
    private long _read;
    private bool _looking;
    private bool _inBursts;
    private TransportException? _broken;

    /// <summary>The relay's limits are known: from here on there is something to take.</summary>
    public void Start(RelayLimits limits)
    {
        bool look;
        lock (_gate)
        {
            _limits = limits;
            look = MustLook();
        }

        Look(look);
    }

    /// <summary>Adds a message behind all others. On a broken link it fails.</summary>
    public void Add(PendingSend send)
    {
        bool look;
        bool inBursts;
        TransportException? broken;
        lock (_gate)
        {
            broken = _broken;
            if (broken is null)
            {
                _waiting.Enqueue(send);
                _waitingBytes += send.Bytes;
            }

            look = MustLook();
            inBursts = _inBursts;
        }

        if (broken is not null)
            send.Fail(broken);
        if (inBursts)
            LookSoon(look);
        else
            Look(look);
    }

    /// <summary>Waits until there may be something to take.</summary>
    /// <returns>False when the link is broken.</returns>
    public ValueTask<bool> WaitAsync() => _look.Reader.WaitToReadAsync();

    /// <summary>Takes the next call's messages, if one may go now. For one caller.</summary>
    /// <returns>The number of the first; 0 if there is nothing to send.</returns>
    public long Take(List<OutboundMessage> call)
    {
        lock (_gate)
        {
            _looking = false;
            _look.Reader.TryRead(out _);
            if (!MayTake())
                return 0;

            _lastCall = _sent.Last + 1;
            long bytes = 0;
            while (call.Count < _limits.MaxBatchMessages && HasRoom())
            {
                var next = Next!;
                if (call.Count > 0 && bytes + next.Bytes > _limits.MaxBatchBytes)
                    break;

                Dequeue();
                _sent.Add(next);
                call.Add(next.Outbound);
                bytes += next.Bytes;
            }

            _inBursts = call.Count > 1;
            return _lastCall;
        }
    }

    /// <summary>The relay has read up to a number.</summary>
    public void Read(long number)
    {
        bool look;
        lock (_gate)
        {
            _read = Math.Max(_read, number);
            look = MustLook();
        }

        LookSoon(look);
    }

    /// <summary>The relay has answered a range of numbers.</summary>
    public void Answer(NumberRange range, SendResult result)
    {
        var answered = Take(range.From, range.To, out var look);
        foreach (var send in answered)
            send.Succeed(result);
        LookSoon(look);
    }

    /// <returns>False if no such message is waiting for an answer.</returns>
    public bool Refuse(long number, TransportException reason)
    {
        var refused = Take(number, number, out var look);
        foreach (var send in refused)
            send.Fail(reason);
        LookSoon(look);
        return refused.Count > 0;
    }

    /// <summary>The outcomes of those of these messages that are on their way, or wait for their turn.</summary>
    public Task[] OutcomesOf(string recipient, IReadOnlySet<MessageId> ids)
    {
        lock (_gate)
        {
            return [.. _sent.All.Concat(_again).Concat(_waiting)
                .Where(send => ids.Contains(send.Outbound.Id) && send.Outbound.To == recipient)
                .Select(send => send.Task)];
        }
    }

    /// <summary>The link is broken: all messages fail, the oldest first, and so does everything that comes later.</summary>
    public void Break(TransportException reason)
    {
        List<PendingSend> failed;
        lock (_gate)
        {
            _broken ??= reason;
            failed = [.. _sent.Take(1, _sent.Last), .. _again, .. _waiting];
            _again.Clear();
            _waiting.Clear();
            _resume?.Dispose();
        }

        _look.Writer.TryComplete();

        foreach (var send in failed)
            send.Fail(reason);
    }

    private List<PendingSend> Take(long from, long to, out bool look)
    {
        lock (_gate)
        {
            _read = Math.Max(_read, Math.Min(to, _sent.Last));
            var taken = _sent.Take(from, to);
            look = MustLook();
            return taken;
        }
    }

    /// <summary>Whether somebody has to look, and nobody was told to yet. Under the lock.</summary>
    private bool MustLook()
    {
        if (_looking || !MayTake())
            return false;

        return _looking = true;
    }

    private void Look(bool look)
    {
        if (look)
            _look.Writer.TryWrite(true);
    }

    /// <summary>The same behind those who are about to send more, which goes with it: the rest of a burst, or who was just told of a message's arrival and sends the next.</summary>
    private void LookSoon(bool look)
    {
        if (look)
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.Look(true), this, preferLocal: false);
    }

    private bool MayTake() =>
        !_paused && HasRoom()
        && (_read >= _lastCall || _again.Count + _waiting.Count >= _limits.MaxBatchMessages || _waitingBytes >= _limits.MaxBatchBytes);

    /// <summary>Whether there is a message, and the window has room for it. For one there always is.</summary>
    private bool HasRoom()
    {
        // Those that were cancelled while they waited.
        while (Next is { Task.IsCompleted: true })
            Dequeue();

        return Next is { } next && _limits.MaxBatchMessages > 0
            && (_sent.Count == 0 || (_sent.Count < _limits.SendWindowMessages && _sent.Bytes + next.Bytes <= _limits.SendWindowBytes));
    }

    private PendingSend? Next => _again.TryPeek(out var next) || _waiting.TryPeek(out next) ? next : null;

    private void Dequeue() => _waitingBytes -= (_again.Count > 0 ? _again : _waiting).Dequeue().Bytes;
}
