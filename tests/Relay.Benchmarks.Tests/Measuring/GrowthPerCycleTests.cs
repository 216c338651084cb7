using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Tests.Measuring;

/// <summary>A short run finds what is kept for each peer that came and went, and not what comes and goes by itself.</summary>
public sealed class GrowthPerCycleTests
{
    private const int Cycles = 1500;

    [Fact]
    public void Pools_that_breathe_and_names_that_are_remembered_are_no_leak() =>
        Assert.Empty(Judge(("Buffer", 100, 55_000), ("Entry[]", 0, 75_000), ("System.String", 2_000, 150_000)));

    [Fact]
    public void One_object_for_each_cycle_is_found() =>
        Assert.Contains("1,500 Session of 36,000 bytes", Assert.Single(Judge(("Buffer", 100, 55_000), ("Session", Cycles, 24L * Cycles))), StringComparison.Ordinal);

    [Fact]
    public void One_text_more_for_each_cycle_is_found() => Assert.Single(Judge(("System.String", 2_000 + Cycles, 150_000 + (30L * Cycles))));

    [Fact]
    public void A_table_that_gets_1000_bytes_by_each_cycle_is_found_though_it_is_one_object() => Assert.Single(Judge(("Entry[]", 0, 1_000L * Cycles)));

    private static IReadOnlyList<string> Judge(params (string Type, long More, long MoreBytes)[] types) => GrowthPerCycle.Findings(
        Cycles,
        new LiveObjects(types.ToDictionary(type => type.Type, _ => new ObjectTotal(500, 50_000))),
        new LiveObjects(types.ToDictionary(type => type.Type, type => new ObjectTotal(500 + type.More, 50_000 + type.MoreBytes))));
}
