namespace TermChat.Tests.Sessions;

/// <summary>What can happen to two peers and the link between them.</summary>
internal enum SessionMove
{
    Send,
    Deliver,
    DeliverLate,
    Repeat,
    Lose,
    Damage,
    Reflect,
    Restart,
    LetTimePass,
}

/// <param name="FromLeader">Whose packets, or who.</param>
/// <param name="Which">Which packet on its way, and which bit of it.</param>
internal readonly record struct SessionStep(SessionMove Move, bool FromLeader, int Which)
{
    public override string ToString() => $"{Move} {(FromLeader ? "leader" : "follower")} {Which}";
}
