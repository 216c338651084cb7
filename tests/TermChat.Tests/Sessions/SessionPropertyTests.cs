using CsCheck;
using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>Random histories of two peers over a link that does everything wrong.</summary>
/// <remarks>A failure prints its seed and the shortest history found; put the seed into the environment as CsCheck_Seed to play it again.</remarks>
public sealed class SessionPropertyTests
{
    private const int Seconds = 3;

    private static readonly SessionMove[] Moves =
    [
        SessionMove.Send, SessionMove.Send, SessionMove.Send, SessionMove.Send, SessionMove.Deliver, SessionMove.Deliver, SessionMove.Deliver,
        SessionMove.DeliverLate, SessionMove.DeliverLate, SessionMove.Repeat, SessionMove.Lose, SessionMove.Damage, SessionMove.Reflect,
        SessionMove.Restart, SessionMove.LetTimePass,
    ];

    private static readonly Gen<SessionStep> AnyStep = Gen.Select(Gen.Int[0, Moves.Length - 1], Gen.Bool, Gen.Int[0, 999])
        .Select((move, fromLeader, which) => new SessionStep(Moves[move], fromLeader, which));

    [Fact]
    public void Whatever_is_opened_was_said_and_once_the_link_is_good_both_end_in_one_session() => Sample(steps =>
    {
        using var history = Played(steps);
        history.LetTheLinkBecomeGood();
        history.Talk(turns: 3);
        history.AssertSettled();
    });

    [Fact]
    public void With_keys_that_are_soon_worn_out_everything_is_still_understood_once_the_link_is_good() => Sample(steps =>
    {
        using var history = Played(steps, new SessionOptions { RekeyAfterMessages = 3 });
        history.LetTheLinkBecomeGood();
        history.Talk(turns: 3);
        history.AssertAllIsUnderstood();
    });

    private static SessionHistory Played(SessionStep[] steps, SessionOptions? options = null)
    {
        var history = new SessionHistory(options);
        foreach (var step in steps)
            history.Play(step);
        return history;
    }

    private static void Sample(Action<SessionStep[]> holds) =>
        AnyStep.Array[1, 80].Sample(holds, TestContext.Current.TestOutputHelper!.WriteLine, time: Seconds, threads: 2);
}
