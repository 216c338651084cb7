using System.Globalization;

namespace Relay.Benchmarks.Measuring;

/// <summary>What the rounds of a run have come to: the least, the one in the middle, the most.</summary>
internal readonly record struct Spread(double Min, double Median, double Max)
{
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            throw new ArgumentException("There is no spread of no values.", nameof(values));

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[^1]);
    }

    /// <summary>One series divided by another, round by round: what both have suffered in a round cancels out.</summary>
    public static Spread OfRatios(IReadOnlyList<double> these, IReadOnlyList<double> those) =>
        these.Count == those.Count
            ? Of(these.Zip(those, static (one, other) => one / other))
            : throw new ArgumentException($"{these.Count} rounds cannot be compared with {those.Count}, round by round.", nameof(those));

    public string ToString(string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Min.ToString(format, CultureInfo.InvariantCulture)} - {Median.ToString(format, CultureInfo.InvariantCulture)} - {Max.ToString(format, CultureInfo.InvariantCulture)}");
}
