using HdrHistogram;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Measuring;

/// <summary>How long messages took, from when they were due until the recipient's application had them.</summary>
/// <remarks>One thread at a time records.</remarks>
internal sealed class Latencies
{
    private const long LongestNanoseconds = 60_000_000_000;
    private const int SignificantDigits = 3;

    private readonly LongHistogram _nanoseconds = new(LongestNanoseconds, SignificantDigits);

    public long Count => _nanoseconds.TotalCount;

    public void Record(TimeSpan latency) => _nanoseconds.RecordValue(Math.Clamp((long)latency.TotalNanoseconds, 1, LongestNanoseconds));

    public void RecordSince(long due) => Record(Clock.Between(due, Clock.Now));

    public void Add(Latencies others) => _nanoseconds.Add(others._nanoseconds);

    public void Clear() => _nanoseconds.Reset();

    /// <returns>Microseconds that so many percent of the messages took at most.</returns>
    public double At(double percentile) => _nanoseconds.GetValueAtPercentile(percentile) / 1000.0;
}
