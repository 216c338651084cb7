namespace Client.Transport.Relay;

// When the relay refuses because too much comes at once: what it has refused waits again, in front and in order, and goes after a pause.
internal sealed partial class SendQueue
{
    // A relay that never has enough, and asks for no pause at all, must not keep a processor busy.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    // What was sent already, and so goes before all that was not. No more than a window of it.
    private Queue<PendingSend> _again = new();
    private ITimer? _resume;
    private bool _paused;

    /// <summary>The relay has refused a message and every one behind it, and takes them again after a pause.</summary>
    /// <remarks>What was sent before and waits for its answer stays where it is. The next number is left out, which tells the relay that its refusal was read.</remarks>
    /// <returns>False if none of them is waiting for an answer.</returns>
    public bool PutBack(long number, TimeSpan pause)
    {
        lock (_gate)
        {
            var refused = _sent.Take(number, _sent.Last);
            if (refused.Count == 0)
                return false;

            foreach (var send in refused)
                _waitingBytes += send.Bytes;
            _again = new Queue<PendingSend>([.. refused, .. _again]);
            _sent.LeaveOut();
            _read = _sent.Last;

            _paused = true;
            pause = pause < ShortestPause ? ShortestPause : pause > ReconnectSchedule.LongestRetryAfter ? ReconnectSchedule.LongestRetryAfter : pause;
            if (_resume is null)
                _resume = time.CreateTimer(static queue => ((SendQueue)queue!).Resume(), this, pause, Timeout.InfiniteTimeSpan);
            else
                _resume.Change(pause, Timeout.InfiniteTimeSpan);
            return true;
        }
    }

    private void Resume()
    {
        bool look;
        lock (_gate)
        {
            _paused = false;
            look = MustLook();
        }

        Look(look);
    }
}
