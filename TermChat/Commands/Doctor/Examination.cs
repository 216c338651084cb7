using TermChat.Identity;

namespace TermChat.Commands.Doctor;

/// <summary>Goes through the steps until one fails. What builds on that is not looked at.</summary>
internal static class Examination
{
    /// <summary>For each step. A person waits for it, and a network that takes longer is of no use for a chat.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>Whether nothing failed.</returns>
    public static async Task<bool> RunAsync(IEnumerable<Step> steps, Case relay, Func<Step, Finding, Task> tell, CancellationToken cancellationToken)
    {
        Step? failed = null;
        foreach (var step in steps)
        {
            var finding = failed is null
                ? await ExamineAsync(step, relay, cancellationToken)
                : Finding.Skip($"needs what failed: {failed.Name}");
            await tell(step, finding);
            failed ??= finding.Verdict == Verdict.Fail ? step : null;
        }

        return failed is null;
    }

    private static async Task<Finding> ExamineAsync(Step step, Case relay, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, relay.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await step.ExamineAsync(relay, either.Token);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Fail(failure switch
            {
                _ when timeout.IsCancellationRequested =>
                    $"no answer within {Patience.TotalSeconds} s. Is a firewall in the way, or the relay overloaded?",
                SetupException wrong => wrong.Message,
                _ => Innermost(failure).Message,
            });
        }
    }

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
