using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Tests.Measuring;

public sealed class LatenciesTests
{
    // What three significant digits are good for.
    private const double Precision = 0.001;

    [Fact]
    public void Percentiles_are_those_of_what_was_recorded()
    {
        var latencies = new Latencies();
        for (var microseconds = 1; microseconds <= 10_000; microseconds++)
            latencies.Record(TimeSpan.FromMicroseconds(microseconds));

        AssertClose(5_000, latencies.At(50));
        AssertClose(9_900, latencies.At(99));
        AssertClose(9_990, latencies.At(99.9));
    }

    [Fact]
    public void Those_of_several_recipients_count_together()
    {
        var (fast, slow, all) = (new Latencies(), new Latencies(), new Latencies());
        for (var i = 0; i < 99; i++)
            fast.Record(TimeSpan.FromMicroseconds(100));
        slow.Record(TimeSpan.FromMicroseconds(5_000));
        all.Add(fast);
        all.Add(slow);

        Assert.Equal(100, all.Count);
        AssertClose(100, all.At(99));
        AssertClose(5_000, all.At(99.9));
    }

    private static void AssertClose(double expected, double actual) => Assert.InRange(actual, expected * (1 - Precision), expected * (1 + Precision));
}
