using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Tests.Measuring;

/// <summary>A long run is looked at several times: what still grows in its second half is found, what comes and goes is not.</summary>
public sealed class GrowthCurveTests
{
    private const long Connections = 200_000;

    // What is there anyway, and differs from one look to the next: buffers that pools keep, more or fewer of them.
    private static readonly long[] Noise = [0, 700, -400, 300, -600, 900, -200, 500, -700];

    [Fact]
    public void Pools_that_breathe_are_no_leak() => Assert.Empty(Judge((_, noise) => Of(("Buffer", 40_000 + noise, 1_000))));

    [Fact]
    public void One_object_that_every_fiftieth_connection_leaves_is_found() => Assert.Contains(
        "ever more Session: 2,000 ",
        Assert.Single(Judge((done, noise) => Of(("Buffer", 40_000 + noise, 100), ("Session", done / 50, 100)))),
        StringComparison.Ordinal);

    [Fact]
    public void A_table_that_grows_without_end_is_found_though_it_is_one_object() => Assert.Contains(
        "ever more Entry[]: 0 and 20,000,000 bytes",
        Assert.Single(Judge((done, noise) => Of(("Buffer", 40_000 + noise, 100), ("Entry[]", 1, (1 << 20) + (done * 200))))),
        StringComparison.Ordinal);

    [Fact]
    public void What_fills_up_in_the_first_half_is_no_leak() =>
        Assert.Empty(Judge((done, noise) => Of(("Buffer", 40_000 + noise, 100), ("Remembered", Math.Min(done, Connections / 2), 200))));

    [Fact]
    public void One_odd_look_is_no_leak() =>
        Assert.Empty(Judge((done, noise) => Of(("Buffer", 40_000 + noise, 100), ("Burst", done == Connections ? 50_000 : 0, 1_000))));

    [Fact]
    public void The_texts_of_PeerIds_that_are_remembered_for_a_minute_are_no_leak() =>
        Assert.Empty(Judge((done, noise) => Of(("Buffer", 40_000 + noise, 100), ("System.String", done / 4, 150))));

    [Fact]
    public void Too_few_looks_tell_nothing() => Assert.Empty(Judge((done, _) => Of(("Session", done, 100)), points: 4));

    [Fact]
    public void A_long_run_is_looked_at_eight_times_and_a_short_one_at_its_end()
    {
        Assert.Equal([25, 50, 75, 100, 125, 150, 175, 200], GrowthCurve.Points(200, leastBetween: 10));
        Assert.Equal([20], GrowthCurve.Points(20, leastBetween: 50));
    }

    [Fact]
    public void The_table_names_the_type_that_grew()
    {
        var curve = CurveOf((done, _) => Of(("Buffer", 500, 100), ("Session", done / 2, 300)), points: 8);

        Assert.Contains(("- Session, since the middle", "+50,000 objects, +15,000,000 bytes"), curve.Rows());
    }

    private static IReadOnlyList<string> Judge(Func<long, long, LiveObjects> objects, int points = 8) => CurveOf(objects, points).Findings();

    private static GrowthCurve CurveOf(Func<long, long, LiveObjects> objects, int points)
    {
        var curve = new GrowthCurve("connections");
        for (var point = 0; point <= points; point++)
        {
            var done = Connections * point / points;
            curve.Add(done, new ServerState(0, 0, objects(done, Noise[point]), 0, 0, 0, 0, 0));
        }

        return curve;
    }

    private static LiveObjects Of(params (string Type, long Count, long BytesOfOne)[] types) =>
        new(types.ToDictionary(type => type.Type, type => new ObjectTotal(type.Count, type.Count * type.BytesOfOne)));
}
