namespace Relay.Benchmarks.Traffic;

/// <summary>Sends at a fixed rate, whatever becomes of the messages.</summary>
/// <remarks>
/// A message says when it was due, not when it was sent. Its latency counts from there: a server that stops for a second makes the messages
/// that were due in that second late, also those that could not even be sent. Measured from the sending, they would
/// not be missed ("coordinated omission").
/// </remarks>
internal sealed class Pacer(double messagesPerSecond, TimeSpan runIn, TimeSpan duration)
{
    // More wakings in a second than this would cost more than the sending. What is due within a tick is due at its start.
    private const double MostTicks = 10_000;

    /// <summary>A server that is so far behind does not keep up, and would only get further behind.</summary>
    public TimeSpan MostBehind { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Blocks until everything is sent.</summary>
    /// <param name="begun">Called when the run-in is over.</param>
    /// <returns>False if it has given up, because the server does not keep up.</returns>
    public bool Run(IReadOnlyList<FlowSender> senders, Action begun, CancellationToken stop)
    {
        Clock.BePunctual();
        var ticksPerSecond = Math.Min(messagesPerSecond, MostTicks);
        var start = Clock.Now;
        var counted = start + Clock.TicksOf(runIn);
        var end = counted + Clock.TicksOf(duration);
        var hasBegun = false;
        long sent = 0;
        for (long tick = 0; !stop.IsCancellationRequested; tick++)
        {
            var due = start + Clock.TicksOf(TimeSpan.FromSeconds(tick / ticksPerSecond));
            if (due >= end)
                return true;

            Clock.SleepUntil(due);
            var deadline = due + Clock.TicksOf(MostBehind);
            if (Clock.Now > deadline)
                return false;
            if (!hasBegun && due >= counted)
            {
                hasBegun = true;
                begun();
            }

            for (var all = (long)((tick + 1) * messagesPerSecond / ticksPerSecond); sent < all; sent++)
            {
                if (!senders[(int)(sent % senders.Count)].TrySendNow(due >= counted ? due : 0, deadline))
                    return false;
            }
        }

        return true;
    }
}
