using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Traffic;
using TestKit;

namespace Relay.Benchmarks.Tests.Traffic;

/// <summary>The generator in front of a peer that hands every message on at once, in this process.</summary>
public sealed class PacerTests
{
    private const double Rate = 1000;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.5);

    [Fact]
    public void Sends_as_many_as_are_due_and_measures_those_after_the_run_in()
    {
        var begun = 0;
        var (latencies, sent) = Pace(stallAt: -1, () => begun++);

        Assert.Equal(1, begun);
        Assert.Equal(Rate * 2 * Duration.TotalSeconds, sent);
        Assert.Equal(Rate * Duration.TotalSeconds, latencies.Count);
    }

    [Fact]
    public void A_stall_makes_all_messages_late_that_were_due_meanwhile()
    {
        var stall = TimeSpan.FromSeconds(0.2);
        var (latencies, _) = Pace(stallAt: (int)(Rate * 1.2 * Duration.TotalSeconds), () => { }, stall);

        // 200 of 500 were due in it. Measured from when they could be sent, all but one would look fast.
        Assert.InRange(latencies.At(80), 0.3 * stall.TotalMicroseconds, double.MaxValue);
        Assert.InRange(latencies.At(99.9), 0.95 * stall.TotalMicroseconds, double.MaxValue);
    }

    [Fact]
    public void Gives_up_on_a_server_that_does_not_keep_up()
    {
        var flow = new Flow(0, "bob", window: 16);
        var pacer = new Pacer(Rate, TimeSpan.Zero, TimeSpan.FromSeconds(30));

        Assert.False(pacer.Run([new FlowSender(new Nowhere(), flow, 64)], () => { }, CancellationToken.None));
    }

    private static (Latencies Latencies, long Sent) Pace(int stallAt, Action begun, TimeSpan stall = default)
    {
        var flows = new Flow[1];
        var receiver = new FlowReceiver("bob", flows, new Fault());
        flows[0] = new Flow(0, "bob", window: 1024);
        var sender = new FlowSender(new Echo(receiver, stallAt, stall), flows[0], 64);

        // This thread may stand still for a while, on a machine that is busy.
        var pacer = new Pacer(Rate, Duration, Duration) { MostBehind = Eventually.Patience };
        Assert.True(pacer.Run([sender], begun, CancellationToken.None));
        Assert.Null(flows[0].FindFault());
        return (receiver.Latencies, flows[0].Sent);
    }

    private sealed class Echo(IReceiver receiver, int stallAt, TimeSpan stall) : IPeer
    {
        private int _count;

        public ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload)
        {
            if (_count++ == stallAt)
                Clock.SleepUntil(Clock.Now + Clock.TicksOf(stall));
            receiver.Receive(payload.Span);
            return default;
        }

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) => SendAsync(recipient, payload);

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Nowhere : IPeer
    {
        public ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload) => default;

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) => default;

        public ValueTask DisposeAsync() => default;
    }
}
