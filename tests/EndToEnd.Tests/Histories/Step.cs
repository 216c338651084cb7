using CsCheck;

namespace EndToEnd.Tests.Histories;

/// <summary>What can happen to a peer.</summary>
internal enum Happening
{
    /// <summary>It sends a burst to another peer.</summary>
    Send,

    /// <summary>Its connection is reset.</summary>
    Reset,

    /// <summary>Its network is gone until the next <see cref="Heal"/>.</summary>
    Cut,

    /// <summary>Its network stands still until the next <see cref="Heal"/>.</summary>
    Stall,

    /// <summary>Its network breaks in the middle of what it is told next.</summary>
    CutMidFrame,

    Heal,

    /// <summary>It stops reading until the next <see cref="Read"/>.</summary>
    Pause,

    Read,

    /// <summary>Its process is killed and started again.</summary>
    Kill,

    /// <summary>A second process of it takes over while the first still runs.</summary>
    TakeOver,

    /// <summary>Nothing, for as long as everything else needs to make some progress.</summary>
    Breathe,
}

/// <summary>One step of a history.</summary>
/// <param name="Peer">To whom it happens.</param>
/// <param name="Other">To whom a burst goes: the peer so many places on.</param>
/// <param name="Size">How many messages a burst has, or how many bytes go before a break.</param>
internal readonly record struct Step(Happening Happening, int Peer, int Other, int Size)
{
    public const int Peers = 3;

    /// <summary>Histories of sends above all, with trouble between them.</summary>
    public static Gen<Step[]> Histories { get; } = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(Happening.Send)),
            (2, Gen.Const(Happening.Reset)),
            (1, Gen.Const(Happening.Cut)),
            (1, Gen.Const(Happening.Stall)),
            (2, Gen.Const(Happening.CutMidFrame)),
            (3, Gen.Const(Happening.Heal)),
            (2, Gen.Const(Happening.Pause)),
            (2, Gen.Const(Happening.Read)),
            (1, Gen.Const(Happening.Kill)),
            (1, Gen.Const(Happening.TakeOver)),
            (2, Gen.Const(Happening.Breathe))),
        Gen.Int[0, Peers - 1],
        Gen.Int[1, Peers - 1],
        Gen.Int[1, 60],
        (happening, peer, other, size) => new Step(happening, peer, other, size)).Array[5, 40];

    public override string ToString() => $"{Happening} {Peer}->{(Peer + Other) % Peers} {Size}";
}
