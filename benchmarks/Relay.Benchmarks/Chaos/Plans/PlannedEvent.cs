using System.Globalization;

namespace Relay.Benchmarks.Chaos.Plans;

/// <summary>One line of a plan.</summary>
/// <param name="At">When, from the start.</param>
/// <param name="Peer">To whom it happens, by number; -1 if to nobody in particular.</param>
/// <param name="Lasts">After which time it is undone; zero for what is over at once.</param>
internal sealed record PlannedEvent(TimeSpan At, Happening What, int Peer = -1, TimeSpan Lasts = default)
{
    /// <summary>To whom a burst goes; -1 for anything else.</summary>
    public int To { get; init; } = -1;

    /// <summary>Bytes of each message of a burst.</summary>
    public IReadOnlyList<int> Lengths { get; init; } = [];

    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,8:0.000} s  {What}");
        if (Peer >= 0)
            text += $" {Peer}";
        if (To >= 0)
            text += string.Create(CultureInfo.InvariantCulture, $" -> {To}: {Lengths.Count} messages, {Lengths.Sum()} bytes");
        if (Lasts > TimeSpan.Zero)
            text += string.Create(CultureInfo.InvariantCulture, $" for {Lasts.TotalSeconds:0.0} s");
        return text;
    }
}
