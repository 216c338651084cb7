namespace Relay.Benchmarks.Clients;

/// <summary>Who takes part.</summary>
internal static class Candidates
{
    /// <param name="relayOptions">Settings for the relay, as on its command line.</param>
    public static IReadOnlyList<ICandidate> All(params IReadOnlyList<string> relayOptions) =>
        [new RelayCandidate([.. RelayCandidate.Defaults, .. relayOptions]), new PlainHubCandidate(), new PlainWebSocketCandidate(), new MosquittoCandidate(), new NatsCandidate()];

    /// <summary>Those that were asked for and whose programs are there.</summary>
    /// <param name="names">Empty for all of them.</param>
    /// <param name="say">Gets a line for each that is left out.</param>
    public static IReadOnlyList<ICandidate> Choose(IReadOnlyList<ICandidate> all, IReadOnlyList<string> names, Action<string> say)
    {
        var chosen = new List<ICandidate>();
        foreach (var candidate in all.Where(candidate => names.Count == 0 || names.Contains(candidate.Name)))
        {
            if (candidate.Missing is { } reason)
                say($"{candidate.Name} is left out: {reason}");
            else
                chosen.Add(candidate);
        }

        return chosen;
    }
}
