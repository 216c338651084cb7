namespace Relay.Benchmarks.Traffic;

/// <summary>Who writes to whom.</summary>
/// <param name="Flows">For each flow the number of its sender and of its recipient, among the peers.</param>
/// <param name="Name">For people.</param>
internal sealed record Topology(string Name, int Peers, IReadOnlyList<(int Sender, int Recipient)> Flows)
{
    /// <summary>Senders with a recipient each.</summary>
    public static Topology Pairs(int count) =>
        new($"{count} pair{(count == 1 ? "" : "s")}", 2 * count, [.. Enumerable.Range(0, count).Select(i => (2 * i, (2 * i) + 1))]);

    /// <summary>Senders with the same recipient.</summary>
    public static Topology ManyToOne(int senders) =>
        new($"{senders} senders to one", senders + 1, [.. Enumerable.Range(1, senders).Select(i => (i, 0))]);

    /// <summary>One sender, and so many recipients.</summary>
    public static Topology OneToMany(int recipients) =>
        new($"one sender to {recipients}", recipients + 1, [.. Enumerable.Range(1, recipients).Select(i => (0, i))]);
}
