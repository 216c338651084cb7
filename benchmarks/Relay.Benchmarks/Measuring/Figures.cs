namespace Relay.Benchmarks.Measuring;

/// <summary>Everything a run has come to.</summary>
internal sealed class Figures
{
    private readonly List<Figure> _all = [];

    public IReadOnlyList<Figure> All => _all;

    public void Add(IEnumerable<Figure> figures) => _all.AddRange(figures);

    public Figure? Find(string scenario, string setting, string candidate, Metric metric) => _all.Find(figure =>
        figure.Scenario == scenario && figure.Setting == setting && figure.Candidate == candidate && figure.Metric == metric);

    /// <returns>The first divided by the second, round by round; null if one of them was not measured.</returns>
    public Spread? Ratio(string scenario, string setting, string candidate, string other, Metric metric) =>
        Find(scenario, setting, candidate, metric) is { } one && Find(scenario, setting, other, metric) is { } two && one.Rounds.Count == two.Rounds.Count
            ? Spread.OfRatios(one.Rounds, two.Rounds)
            : null;
}
