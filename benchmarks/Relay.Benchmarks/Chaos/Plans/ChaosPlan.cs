namespace Relay.Benchmarks.Chaos.Plans;

/// <summary>Draws from the seed who does what, and when.</summary>
internal sealed class ChaosPlan
{
    // Of the whole run. What strangers leave behind in mailboxes has to expire before memory is compared; and the last relay
    // process is to live through enough for that comparison to mean something.
    private const double HostileUntil = 0.6;
    private const double RestartsFrom = 0.15;
    private const double RestartsUntil = 0.7;
    private const double RestartsPerMinute = 1.2;
    private const double HostilePerMinute = 6;

    // What an away peer gets from each of those who write to it: together more than its mailbox holds.
    private const int FloodOfFriends = 40;

    private static readonly int[] ContactDistances = [1, 2, 3, 5, 8, 13];

    private static readonly Happening[] Hostile =
    [
        Happening.Garbage, Happening.GarbageFrames, Happening.Oversized, Happening.UnknownMethods, Happening.NeverRegisters,
        Happening.NeverReads, Happening.Flood, Happening.RegistrationStorm, Happening.Impostor,
    ];

    private readonly ChaosSettings _settings;
    private readonly Random _random;
    private readonly List<PlannedEvent> _events = [];

    private ChaosPlan(ChaosSettings settings) => (_settings, _random) = (settings, new Random(settings.Seed));

    /// <returns>The events in the order of their time.</returns>
    public static IReadOnlyList<PlannedEvent> Draw(ChaosSettings settings)
    {
        var plan = new ChaosPlan(settings);
        plan.AddBursts();
        plan.AddTroubleOfNetworks();
        plan.AddTroubleOfApplications();
        plan.AddRestarts();
        plan.AddHostile();
        return [.. plan._events.Where(one => !settings.Without.Contains(one.What)).OrderBy(one => one.At)];
    }

    /// <summary>Whom a peer writes to.</summary>
    public static IEnumerable<int> Contacts(int peer, int peers) =>
        ContactDistances.Where(distance => distance < peers).Select(distance => (peer + distance) % peers);

    private void AddBursts()
    {
        // Most are a few messages, some are many: 14 on average.
        for (var at = 0.0; at < _settings.Duration.TotalSeconds; at += -Math.Log(1 - _random.NextDouble()) * 14 / _settings.MessagesPerSecond)
        {
            var from = _random.Next(_settings.Peers);
            var contacts = Contacts(from, _settings.Peers).ToArray();
            var count = _random.Next(5) > 0 ? _random.Next(1, 6) : _random.Next(20, 100);
            AddBurst(at, from, contacts[_random.Next(contacts.Length)], Enumerable.Range(0, count).Select(_ => Length()));
        }
    }

    private void AddBurst(double at, int from, int to, IEnumerable<int> lengths) =>
        _events.Add(new PlannedEvent(TimeSpan.FromSeconds(at), Happening.Burst, from) { To = to, Lengths = [.. lengths] });

    private int Length() => _random.Next(100) switch
    {
        < 5 => 0,
        < 75 => _random.Next(1, 513),
        < 96 => _random.Next(513, 8193),
        < 99 => _random.Next(8193, 65_537),
        _ => 65_536,
    };

    private void AddTroubleOfNetworks()
    {
        AddTrouble(
            new Rhythm(Happening.Cut, 0.5, 0.1, 3),
            new Rhythm(Happening.Reset, 0.5),
            new Rhythm(Happening.Stall, 0.25, 0.5, 9),
            new Rhythm(Happening.HalfOpenToRelay, 0.15, 1, 9),
            new Rhythm(Happening.HalfOpenToPeer, 0.15, 1, 9),
            new Rhythm(Happening.Throttle, 0.15, 2, 8),
            new Rhythm(Happening.Away, 0.1, _settings.MailboxTimeToLive.TotalSeconds / 3, _settings.LongestAway.TotalSeconds));

        var lonely = _events.Where(one => one.What == Happening.Away).ToArray();
        foreach (var away in lonely)
        {
            foreach (var friend in Enumerable.Range(0, _settings.Peers).Where(peer => Contacts(peer, _settings.Peers).Contains(away.Peer)))
            {
                var at = away.At.TotalSeconds + (_random.NextDouble() * away.Lasts.TotalSeconds / 2);
                AddBurst(at, friend, away.Peer, Enumerable.Repeat(64, FloodOfFriends));
            }
        }
    }

    private void AddTroubleOfApplications() => AddTrouble(
        new Rhythm(Happening.SlowReader, 0.2, 2, 10),
        new Rhythm(Happening.Pause, 0.2, 1, 8),
        new Rhythm(Happening.Takeover, 0.25, 0.1, 3));

    /// <summary>Adds what happens to peers, to each one at a time: the end of one stall would end the next one as well.</summary>
    private void AddTrouble(params Rhythm[] rhythms)
    {
        var drawn = rhythms.SelectMany(rhythm => Draw(rhythm, 0.02, 0.95)).OrderBy(one => one.At).ToArray();
        var freeFrom = new TimeSpan[_settings.Peers];
        foreach (var one in drawn)
        {
            int[] free = [.. Enumerable.Range(0, _settings.Peers).Where(peer => freeFrom[peer] <= one.At)];
            if (free.Length == 0)
                continue;

            var peer = free[_random.Next(free.Length)];
            freeFrom[peer] = one.At + one.Lasts + TimeSpan.FromSeconds(0.1);
            _events.Add(one with { Peer = peer });
        }
    }

    private IEnumerable<PlannedEvent> Draw(Rhythm rhythm, double from, double until)
    {
        var count = Math.Max(1, (int)Math.Round(rhythm.PerMinute * _settings.Peers * _settings.Duration.TotalMinutes));
        for (var i = 0; i < count; i++)
        {
            var at = At(from + (_random.NextDouble() * (until - from)));
            var lasts = TimeSpan.FromSeconds(rhythm.Shortest + (_random.NextDouble() * (rhythm.Longest - rhythm.Shortest)));
            yield return new PlannedEvent(at, rhythm.What, Lasts: lasts < _settings.Duration - at ? lasts : _settings.Duration - at);
        }
    }

    private void AddRestarts()
    {
        // In turns and apart, each in a part of the run of its own.
        var count = Math.Max(2, (int)Math.Round(RestartsPerMinute * _settings.Duration.TotalMinutes));
        var part = (RestartsUntil - RestartsFrom) / count;
        for (var i = 0; i < count; i++)
            _events.Add(new PlannedEvent(At(RestartsFrom + (part * (i + (_random.NextDouble() / 2)))), i % 2 == 0 ? Happening.Drain : Happening.Kill));
    }

    private void AddHostile()
    {
        var count = Math.Max(1, (int)Math.Round(HostilePerMinute * _settings.Duration.TotalMinutes));
        foreach (var what in Hostile)
        {
            for (var i = 0; i < count; i++)
            {
                var at = At(0.02 + (_random.NextDouble() * (HostileUntil - 0.02)));
                _events.Add(new PlannedEvent(at, what, what == Happening.Impostor ? _random.Next(_settings.Peers) : -1));
            }
        }
    }

    private TimeSpan At(double share) => share * _settings.Duration;
}
