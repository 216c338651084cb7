using Relay.Benchmarks.Chaos.Plans;

namespace Relay.Benchmarks.Chaos;

/// <summary>How much chaos, for how long, and which.</summary>
internal sealed record ChaosSettings
{
    /// <summary>The same seed, with the same other settings, gives the same plan.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long the plan is. The warm-up before and the settling after it come on top.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    public int Peers { get; init; } = 200;

    /// <summary>What all peers together send, on average.</summary>
    public double MessagesPerSecond { get; init; } = 500;

    /// <summary>What is not to happen, to find out what a fault comes from.</summary>
    public IReadOnlySet<Happening> Without { get; init; } = new HashSet<Happening>();

    /// <summary>Whether one process of the server lives through the whole run.</summary>
    public bool IsWithoutRestarts => Without.Contains(Happening.Drain) && Without.Contains(Happening.Kill);

    /// <summary>Further settings of the relay, such as <c>Relay:SendWindowMessages=64</c>.</summary>
    public IReadOnlyList<string> Relay { get; init; } = [];

    /// <summary>What every second process of the relay takes from one sender in a second: less than bursts have, so that they are slowed down.</summary>
    public int SenderMessagesPerSecond { get; init; } = 20;

    /// <summary>Few, so that a mailbox overflows while its peer is away.</summary>
    public int MailboxMessages { get; init; } = 100;

    /// <summary>Short, so that some peers are away for longer: then their messages expire.</summary>
    public TimeSpan MailboxTimeToLive => TimeSpan.FromSeconds(Math.Clamp(Duration.TotalSeconds / 6, 3, 20));

    /// <summary>The longest a peer is away.</summary>
    public TimeSpan LongestAway => 1.5 * MailboxTimeToLive;

    /// <summary>Longer than anybody is away, or its reports of losses would be lost as well, as documented.</summary>
    public TimeSpan ReportTimeToLive => LongestAway + TimeSpan.FromSeconds(10);
}
