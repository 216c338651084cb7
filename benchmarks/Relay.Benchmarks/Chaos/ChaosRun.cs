using System.Collections.Concurrent;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Chaos.Hostile;
using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Chaos.Plans;
using Relay.Benchmarks.Clients;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos;

/// <summary>Plays a plan with real processes and sockets, lets everything come to rest, and holds what happened against the promise.</summary>
internal sealed class ChaosRun : IAsyncDisposable
{
    // To connect, or to come to rest. Longer than any pause of a client or timeout of the relay, on a machine that is busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    // Others may lose the messages that are waited for.
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromSeconds(20);

    private readonly ChaosSettings _settings;
    private readonly ISubject _subject;
    private readonly ServerKeeper _keeper;
    private readonly Action<string> _say;
    private readonly PeerIdentity[] _everybody;
    private readonly ChaosPeer[] _peers;
    private readonly History _history;
    private readonly ConcurrentDictionary<Happening, int> _done = new();
    private readonly ConcurrentQueue<string> _trouble = new();

    // By the name of the error, as the strangers saw it.
    private readonly ConcurrentDictionary<string, int> _refusedStrangers = new();

    private ChaosRun(ChaosSettings settings, ISubject subject, ServerKeeper keeper, Action<string> say)
    {
        (_settings, _subject, _keeper, _say) = (settings, subject, keeper, say);
        _history = new History(settings.Peers);
        _everybody = [.. Enumerable.Range(0, settings.Peers).Select(_ => PeerIdentity.NewKey())];

        // Its path stays: of a link to mosquitto it means nothing.
        var server = new UriBuilder("http", "127.0.0.1", subject.Port, "/relay").Uri;
        _peers = [.. Enumerable.Range(0, settings.Peers).Select(number => new ChaosPeer(number, _everybody, subject, server, _history))];
    }

    public static async Task<ChaosOutcome> RunAsync(ChaosSettings settings, ISubject subject, Action<string> say, CancellationToken cancellationToken)
    {
        var plan = ChaosPlan.Draw(settings);
        await using var keeper = await ServerKeeper.StartAsync(subject, cancellationToken);
        await using var run = new ChaosRun(settings, subject, keeper, say);
        var start = await run.WarmUpAsync(cancellationToken);
        var began = TimeProvider.System.GetTimestamp();
        await run.PlayAsync(plan, cancellationToken);
        var verdict = await run.SettleAsync(cancellationToken);
        var end = start is null ? null : await run.CompareAsync(start, cancellationToken);
        var refused = await keeper.RefusedAsync(cancellationToken);
        run.CheckRefused(refused);
        run.CheckRestarts();
        return new ChaosOutcome(
            subject.Name, settings, plan, began, run._history, run._done, verdict, subject.SlowedSends, subject.PolledConnections, refused, start, end, [.. run._trouble, .. keeper.Trouble]);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_peers.Select(peer => peer.DisposeAsync().AsTask()));
        foreach (var identity in _everybody)
            identity.Dispose();
    }

    /// <summary>Everybody registers, and has said something to everybody it will write to.</summary>
    private async Task<Footprint?> WarmUpAsync(CancellationToken cancellationToken)
    {
        await RequireAsync("everybody is connected", () => _peers.All(peer => peer.IsConnected), cancellationToken);
        foreach (var length in new[] { 100, 20_000, 100 })
        {
            var first = SendToAllContacts(length);
            await RequireAsync("the first messages have arrived", () => _history.HaveArrived(first), cancellationToken);
        }

        if (!_subject.IsRelay)
            return null;

        await Until.TrueAsync(() => IsAtRestAsync(cancellationToken), Patience, cancellationToken);
        return await Footprint.TakeAsync(_keeper.Server, cancellationToken);
    }

    private async Task PlayAsync(IReadOnlyList<PlannedEvent> plan, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var under = new List<Task>();
        var said = TimeSpan.Zero;
        foreach (var one in plan)
        {
            var now = TimeProvider.System.GetElapsedTime(start);
            if (one.At > now)
                await Task.Delay(one.At - now, TimeProvider.System, cancellationToken);
            if (one.At - said > TimeSpan.FromMinutes(1))
            {
                said = one.At;
                _say($"{one.At:mm\\:ss} of {_settings.Duration:mm\\:ss}");
            }

            if (one.What == Happening.Burst)
                Send(one);
            else
                under.Add(Task.Run(() => ActAsync(one, stop.Token), CancellationToken.None));
        }

        // What still waits for a network is not to wait for ever, and what waits for something else is a fault.
        var all = Task.WhenAll(under);
        if (!await Until.TrueAsync(() => all.IsCompleted, _settings.LongestAway, cancellationToken))
        {
            Heal();
            await ComplainAsync("all that was begun has ended", () => all.IsCompleted, cancellationToken);
        }

        await stop.CancelAsync();
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Send(PlannedEvent burst)
    {
        foreach (var length in burst.Lengths)
            _peers[burst.Peer].Send(burst.To, length);
        _done.AddOrUpdate(burst.What, 1, (_, times) => times + 1);
    }

    private async Task ActAsync(PlannedEvent one, CancellationToken cancellationToken)
    {
        try
        {
            if (await DoAsync(one, cancellationToken))
                _done.AddOrUpdate(one.What, 1, (_, times) => times + 1);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _trouble.Enqueue($"{one} failed: {failure}");
        }
    }

    /// <returns>Whether it happened.</returns>
    private async Task<bool> DoAsync(PlannedEvent one, CancellationToken cancellationToken)
    {
        switch (one.What)
        {
            case Happening.Drain or Happening.Kill:
                await _keeper.RestartAsync(politely: one.What == Happening.Drain, cancellationToken);
                return true;
            case Happening.Takeover:
                // What came meanwhile is in the older transport's hands when it ends, and has to come again.
                _peers[one.Peer].Pause();
                await Task.Delay(one.Lasts, TimeProvider.System, cancellationToken);
                var hasTakenOver = await _peers[one.Peer].TakeOverAsync(cancellationToken);
                _peers[one.Peer].Read();
                return hasTakenOver;
            case Happening.SlowReader or Happening.Pause:
                Begin(one, _peers[one.Peer]);
                await Task.Delay(one.Lasts, TimeProvider.System, cancellationToken);
                _peers[one.Peer].Read();
                return true;
            case >= Happening.Garbage:
                return _subject.IsRelay && await BeHostileAsync(one, cancellationToken);
            default:
                Begin(one, _peers[one.Peer]);
                await Task.Delay(one.Lasts, TimeProvider.System, cancellationToken);
                _peers[one.Peer].Heal();
                return true;
        }
    }

    private static void Begin(PlannedEvent one, ChaosPeer peer)
    {
        switch (one.What)
        {
            case Happening.Cut or Happening.Away:
                peer.Link.Cut();
                break;
            case Happening.Reset:
                peer.Link.Reset();
                break;
            case Happening.Stall:
                peer.Link.Stall();
                break;
            case Happening.HalfOpenToRelay:
                peer.Link.StallToServer();
                break;
            case Happening.HalfOpenToPeer:
                peer.Link.StallToClient();
                break;
            case Happening.Throttle:
                peer.Link.Throttle(64 * 1024);
                break;
            case Happening.SlowReader:
                peer.ReadSlowly();
                break;
            case Happening.Pause:
                peer.Pause();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(one), one.What, "Nothing that happens to a peer.");
        }
    }

    private async Task<bool> BeHostileAsync(PlannedEvent one, CancellationToken cancellationToken)
    {
        var victim = _everybody[Math.Max(0, one.Peer)].Id;
        while (true)
        {
            var (server, restarts) = await _keeper.RunningAsync(cancellationToken);
            var end = await new Stranger(server, one.At.GetHashCode()).ActAsync(one.What, victim, cancellationToken);

            // Whatever it saw may have been the end of the process: it comes again, to the next one.
            if (_keeper.Restarts != restarts)
                continue;

            var isExpected = Stranger.IsExpected(one.What, end);
            if (!isExpected)
                _trouble.Enqueue($"{one}: the stranger's end was not the one it should have had, but: {end}");
            else if (Enum.TryParse<ErrorCode>(end, out _))
                _refusedStrangers.AddOrUpdate(end, 1, (_, times) => times + 1);
            return isExpected;
        }
    }

    /// <summary>What strangers say that the relay refused it counts itself. Peers are refused too, so there may be more.</summary>
    private void CheckRefused(IReadOnlyDictionary<string, long> refused)
    {
        foreach (var (reason, times) in _refusedStrangers)
        {
            if (refused.GetValueOrDefault(reason) < times)
                _trouble.Enqueue($"strangers were refused {times} times with {reason}, and the relay counts {refused.GetValueOrDefault(reason)}");
        }
    }

    /// <summary>What follows a restart is written off as lost. Without one there is nothing to write off.</summary>
    private void CheckRestarts()
    {
        var told = _history.Peers.Sum(peer => peer.Restarts);
        if (_subject.IsRelay && _settings.IsWithoutRestarts && told > 0)
            _trouble.Enqueue($"peers were told {told} times that the relay had restarted, and it had not");
    }

    /// <summary>Ends all trouble, sends a last message everywhere and waits until nothing is under way any more.</summary>
    private async Task<Verdict> SettleAsync(CancellationToken cancellationToken)
    {
        _say("All networks are whole again; what is under way comes to its end.");
        Heal();
        if (_subject.IsRelay)
            await LoseOneAsync(cancellationToken);
        await ComplainAsync("everybody is connected", () => _peers.All(peer => peer.IsConnected), cancellationToken);

        // Once the last message between two is there, or lost, all before it are, or never will be. On a machine so slow that
        // the relay takes a peer for gone, it can be lost.
        var last = SendToAllContacts(1);
        await ComplainAsync("the last messages have arrived, or are known not to", () => _history.AreSettled(last), cancellationToken);
        await ComplainAsync("everything handed over has an outcome", () => _peers.All(peer => peer.Unsettled == 0), cancellationToken);

        // Reports may come behind the messages. A verdict takes a while on a long history, and most need only one.
        var verdict = HistoryChecker.Check(_history);
        for (var i = 0; i < 10 && verdict.Faults.Count > 0 && _subject.IsRelay; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
            verdict = HistoryChecker.Check(_history);
        }

        return verdict;
    }

    /// <summary>A peer stays away until a message for it is reported as lost: how much the plan loses is a matter of the machine's speed.</summary>
    private async Task LoseOneAsync(CancellationToken cancellationToken)
    {
        var away = ChaosPlan.Contacts(0, _peers.Length).First();
        _peers[away].Link.Cut();
        var lost = _peers[0].Send(away, 1);
        await ComplainAsync("a message expires and its sender is told", () => lost.Reported is not null, cancellationToken);
        Heal();
    }

    private async Task<Footprint> CompareAsync(Footprint start, CancellationToken cancellationToken)
    {
        _say("What strangers left behind expires.");
        var patience = _settings.MailboxTimeToLive + _settings.ReportTimeToLive + Patience;
        await Until.TrueAsync(() => IsAtRestAsync(cancellationToken, start.Counts), patience, cancellationToken);
        var end = await Footprint.TakeAsync(_keeper.Server, cancellationToken);
        foreach (var growth in end.GrowthSince(start, _settings.IsWithoutRestarts ? FootprintTolerance.OfTheSame : FootprintTolerance.OfAnotherProcess))
            _trouble.Enqueue(growth);
        return end;
    }

    private async Task<bool> IsAtRestAsync(CancellationToken cancellationToken, RelayCounts? like = null)
    {
        var counts = await Footprint.CountsAsync(_keeper.Server, cancellationToken);
        return like is null ? counts.MailboxMessages == 0 && counts.Connections == counts.Peers : counts == like;
    }

    private void Heal()
    {
        foreach (var peer in _peers)
        {
            peer.Heal();
            peer.Read();
        }
    }

    private List<SentMessage> SendToAllContacts(int length)
    {
        var sent = new List<SentMessage>();
        for (var peer = 0; peer < _peers.Length; peer++)
            sent.AddRange(ChaosPlan.Contacts(peer, _peers.Length).Select(to => _peers[peer].Send(to, length)));
        return sent;
    }

    private static async Task RequireAsync(string what, Func<bool> condition, CancellationToken cancellationToken)
    {
        if (!await Until.TrueAsync(condition, Patience, cancellationToken))
            throw new TimeoutException($"The run could not begin: within {Patience} it did not come true that {what}.");
    }

    private async Task ComplainAsync(string what, Func<bool> condition, CancellationToken cancellationToken)
    {
        var patience = _subject.IsRelay ? Patience : PatienceWithOthers;
        if (!await Until.TrueAsync(condition, patience, cancellationToken))
            _trouble.Enqueue($"within {patience} it did not come true that {what}");
    }
}
