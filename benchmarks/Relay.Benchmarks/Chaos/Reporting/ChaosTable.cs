using System.Globalization;
using Client.Transport;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Chaos.Plans;

namespace Relay.Benchmarks.Chaos.Reporting;

/// <summary>Writes what a run has come to as a table, and its faults with what happened around them.</summary>
internal static class ChaosTable
{
    private const int FaultsShown = 10;
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(10);

    public static void Write(TextWriter output, ChaosOutcome outcome)
    {
        output.WriteLine($"### {outcome.Subject}: {Describe(outcome.Settings)}");
        output.WriteLine();
        Row(output, "what", "figure");
        Row(output, "---", "---");
        foreach (var (name, value) in Rows(outcome))
            Row(output, name, value);
        output.WriteLine();
    }

    /// <summary>Names what broke the promise: peers by number, never a payload.</summary>
    public static void WriteFaults(TextWriter output, ChaosOutcome outcome)
    {
        foreach (var trouble in outcome.Trouble)
            output.WriteLine($"Trouble: {trouble}.");
        foreach (var kind in outcome.Verdict.Faults.GroupBy(fault => fault.Kind))
        {
            // Many of one kind between two peers mostly come of one thing.
            var pairs = kind.GroupBy(fault => (fault.Message?.From, fault.Peer)).ToArray();
            foreach (var pair in pairs.Take(FaultsShown))
            {
                WriteFault(output, outcome, pair.First());
                if (pair.Count() > 1)
                    output.WriteLine($"  ... and {pair.Count() - 1} more of {kind.Key} between these two.");
            }

            if (pairs.Length > FaultsShown)
                output.WriteLine($"... and {pairs.Skip(FaultsShown).Sum(pair => pair.Count())} more of {kind.Key}.");
        }

        if (!outcome.IsFine)
        {
            output.WriteLine(
                $"The same again: chaos --seed {outcome.Settings.Seed} --minutes {Minutes(outcome.Settings)} --peers {outcome.Settings.Peers} --rate {outcome.Settings.MessagesPerSecond:0}" +
                string.Concat(outcome.Settings.Without.Order().Select(what => $" --without {what}")));
        }
    }

    private static void WriteFault(TextWriter output, ChaosOutcome outcome, Fault fault)
    {
        output.WriteLine(fault.ToString());
        if (fault.Message is not { } message)
            return;

        var at = TimeProvider.System.GetElapsedTime(outcome.Began, message.SentAt);
        output.WriteLine($"  {Describe(outcome, message)}{(fault.At is { } came ? $", came at {At(outcome, came)}" : "")}");
        if (fault.Behind is { } behind)
            output.WriteLine($"  behind {behind}: {Describe(outcome, behind)}");
        foreach (var one in outcome.Plan.Where(one => one.What != Happening.Burst && Concerns(one, message) && one.At - Around < at && at < one.At + one.Lasts + Around))
            output.WriteLine($"  {one}");

        var until = fault.At ?? message.AnsweredAt;
        foreach (var (peer, when, what) in Diaries(outcome, message).Where(one => IsAround(one.At, message.SentAt, until)))
            output.WriteLine($"  {At(outcome, when)}  {peer}, {what}");
    }

    private static string Describe(ChaosOutcome outcome, SentMessage message) =>
        $"sent at {At(outcome, message.SentAt)}, {message.Outcome} at {At(outcome, message.AnsweredAt)}, reported: {message.Reported?.ToString() ?? "no"}";

    private static IOrderedEnumerable<(int Peer, long At, string What)> Diaries(ChaosOutcome outcome, SentMessage message) =>
        new[] { message.From, message.To }.Distinct().SelectMany(peer => outcome.History.Peers[peer].Diary.Select(one => (peer, one.At, one.What))).OrderBy(one => one.At);

    private static bool IsAround(long at, long from, long until) =>
        TimeProvider.System.GetElapsedTime(at, from) < Around && TimeProvider.System.GetElapsedTime(until, at) < Around;

    private static string At(ChaosOutcome outcome, long timestamp) => Seconds(TimeProvider.System.GetElapsedTime(outcome.Began, timestamp));

    private static bool Concerns(PlannedEvent one, SentMessage message) =>
        one.What is Happening.Drain or Happening.Kill || one.Peer == message.From || one.Peer == message.To;

    private static IEnumerable<(string Name, string Value)> Rows(ChaosOutcome outcome)
    {
        var verdict = outcome.Verdict;
        foreach (var happened in Enum.GetValues<Happening>().Where(outcome.Done.ContainsKey))
            yield return ($"happened: {happened}", Number(outcome.Done[happened]));
        yield return ("connections by long polling", Number(outcome.PolledConnections));
        foreach (var (reason, times) in outcome.Refused.OrderBy(one => one.Key, StringComparer.Ordinal))
            yield return ($"refused by the relay, peers' calls among them: {reason}", Number(times));
        yield return ("messages sent", Number(verdict.Sent));
        yield return ("accepted", Number(verdict.Accepted));
        yield return ("a sender slowed down by its rate", Number(outcome.SlowedSends));
        yield return ("delivered", Number(verdict.Delivered));
        yield return ("refused, and said so", Number(verdict.Refused));
        yield return ("given up by the client, and said so", Number(verdict.GivenUp));
        foreach (var (reason, count) in verdict.ReportedLost.OrderBy(one => one.Key))
            yield return ($"accepted, lost and reported: {Name(reason)}", Number(count));
        yield return ("brought again to the next transport after a takeover", Number(verdict.RepeatedAfterTakeover));
        foreach (var kind in Enum.GetValues<FaultKind>())
            yield return ($"**{Name(kind)}**", $"**{Number(verdict.Count(kind))}**");
        if (verdict.Latencies is { Count: > 0 } latencies)
        {
            yield return ("latency, half of all", Seconds(latencies[latencies.Count / 2]));
            yield return ("latency, 99 of 100", Seconds(latencies[(int)(latencies.Count * 0.99)]));
            yield return ("latency, the longest", Seconds(latencies[^1]));
        }

        if (outcome is { Start: { } start, End: { } end })
        {
            yield return ("relay's objects, start and end", $"{Mebibytes(start.Heap)} - {Mebibytes(end.Heap)}");
            yield return ("relay's memory (RSS), start and end", $"{Mebibytes(start.Resident)} - {Mebibytes(end.Resident)}");
            yield return ("relay's handles, start and end", $"{start.Handles} - {end.Handles}");
            yield return ("connections, peers, mailboxes, start and end", $"{Counts(start.Counts)} - {Counts(end.Counts)}");
            yield return ("messages and bytes in mailboxes, start and end",
                $"{start.Counts.MailboxMessages}, {Number(start.Counts.MailboxBytes)} - {end.Counts.MailboxMessages}, {Number(end.Counts.MailboxBytes)}");
        }

        yield return ("other trouble", Number(outcome.Trouble.Count));
    }

    private static string Describe(ChaosSettings settings) => string.Create(
        CultureInfo.InvariantCulture, $"seed {settings.Seed}, {settings.Peers} peers, {Minutes(settings)} minutes, {settings.MessagesPerSecond:0} messages/s");

    private static string Minutes(ChaosSettings settings) => settings.Duration.TotalMinutes.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Name(LossReason reason) => reason switch
    {
        LossReason.Evicted => "evicted",
        LossReason.Expired => "expired",
        LossReason.RelayRestarted => "the relay restarted",
        LossReason.Late => "a repeat behind its successors",
        _ => reason.ToString(),
    };

    private static string Name(FaultKind kind) => kind switch
    {
        FaultKind.UnreportedToSender => "unreported to the sender",
        FaultKind.UnreportedToRecipient => "unreported to the recipient",
        FaultKind.Overreported => "reported to the recipient, and no loss",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Counts(RelayCounts counts) => $"{counts.Connections}, {counts.Peers}, {counts.Mailboxes}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.000} s");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");

    private static void Row(TextWriter output, string name, string value) => output.WriteLine($"| {name} | {value} |");
}
