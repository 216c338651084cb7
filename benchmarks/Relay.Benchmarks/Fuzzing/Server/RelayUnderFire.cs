using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>The real relay in a process of its own, under fire, and the two peers that behave beside it.</summary>
internal sealed class RelayUnderFire : IAsyncDisposable
{
    private const int MostSaved = 20;

    // Until so many frames were read its pools are still growing to the size such traffic asks for.
    private const long WarmFrames = 100_000;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(60);

    private readonly FuzzSettings _settings;
    private readonly ServerProcess _server;
    private readonly ServerLog _log;
    private readonly GoodPair _pair;
    private readonly bool _isLimited;
    private readonly List<string> _faults = [];
    private FrameCorpus _corpus = null!;
    private readonly GrowthCurve _curve = new("frames");
    private Growth _growth = Growth.OfColdServer;
    private int _seed;
    private IReadOnlyList<(string Reason, long Times)> _refusals = [];
    private int _saved;

    private RelayUnderFire(FuzzSettings settings, ServerProcess server, ServerLog log, bool isLimited) =>
        (_settings, _server, _log, _pair, _isLimited) = (settings, server, log, new GoodPair(server), isLimited);

    /// <param name="isLimited">Whether it has its limits, and refuses, slows down and cuts off who fires at it.</param>
    public static async Task<RelayUnderFire> StartAsync(FuzzSettings settings, ServerProcess server, bool isLimited, CancellationToken cancellationToken)
    {
        var log = new ServerLog();
        server.Said += log.Read;
        var relay = new RelayUnderFire(settings, server, log, isLimited);
        try
        {
            await relay._pair.StartAsync(cancellationToken);
            relay._corpus = new FrameCorpus(await EpochAsync(relay.Hub), [.. Enumerable.Range(0, 4).Select(i => $"fuzz-{i}-{i}"), "nobody", relay._pair.Address]);
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    public FrameCount Count { get; private set; } = new(0);

    public GoodPair Pair => _pair;

    public long LogLines => _log.Lines;

    public int FindingsInLog => _log.Trouble.Count;

    /// <summary>User and system time of its process; none if it has ended.</summary>
    public TimeSpan CpuTime => _server.HasEnded ? TimeSpan.Zero : _server.CpuTime;

    /// <summary>What it has refused, by the name of the error. Known at the end.</summary>
    public IReadOnlyList<(string Reason, long Times)> Refused => _refusals;

    private Uri Hub => new(_server.Address, "/relay");

    /// <summary>From here on frames of this seed, counted from none, for so long at the most.</summary>
    public void Begin(int seed, TimeSpan atMost) => (_seed, Count) = (seed, new FrameCount(Clock.Now + Clock.TicksOf(atMost)));

    /// <summary>Lets peers fire until so many were read since the beginning. Goes on where the last time ended.</summary>
    public async Task FireAsync(long frames, int peers, CancellationToken cancellationToken)
    {
        Count.Want(frames);
        var all = Enumerable.Range(0, peers).Select(number => new FuzzingPeer(number, Hub, _seed, _corpus, Count)).ToArray();
        void Save(string trouble)
        {
            if (_settings.Findings is { } folder && Interlocked.Increment(ref _saved) is <= MostSaved and var number)
                Findings.Save(_isLimited ? folder.CreateSubdirectory("limited") : folder, _seed, number, trouble, all.Select(peer => peer.Last));
        }

        _log.Found += Save;
        try
        {
            await Task.WhenAll(all.Select(peer => Task.Run(() => peer.RunAsync(cancellationToken), CancellationToken.None)));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Save(failure.ToString());
            _faults.Add($"a connection was neither answered nor closed, or none could be made: {failure.Message}");
        }

        _log.Found -= Save;
    }

    /// <summary>Looks at what it has when nothing is under way. The first look is the one behind the warm-up.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await ServerState.SettleAsync(_server, 2, 2, Calm, cancellationToken);
        if (_curve.IsEmpty && Count.All >= WarmFrames)
            _growth = new Growth();
        _curve.Add(_curve.IsEmpty ? 0 : Count.All, await ServerState.ReadAsync(_server, cancellationToken));
    }

    /// <summary>Waits for what the peers that behave have under way, and looks at what is left.</summary>
    /// <returns>What was found.</returns>
    public async Task<IReadOnlyList<string>> EndAsync(CancellationToken cancellationToken)
    {
        var talk = await _pair.EndAsync();
        if (_server.HasEnded)
            return ["the relay's process has ended", .. _faults, .. _log.Trouble];

        await LookAsync(cancellationToken);
        _refusals = await Refusals.ReadAsync(_server, cancellationToken);
        return
        [
            .. _faults, .. _log.Trouble, .. _growth.Between(_curve.First, _curve.Last), .. _curve.Findings(),
            .. talk is null ? Array.Empty<string>() : [$"the peers that behave were not left alone: {talk}"],
        ];
    }

    /// <summary>What it had before and has now, as the rows of a table.</summary>
    public IEnumerable<(string Name, string Value)> Compare() => [.. ServerState.Compare(_curve.First, _curve.Last), .. _curve.Rows()];

    public async ValueTask DisposeAsync()
    {
        await _pair.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async Task<string> EpochAsync(Uri hub)
    {
        await using var line = await WebSocketLine.ConnectAsync(hub, text: false, CancellationToken.None);
        await using var conversation = new Conversation(line, Encoding.MessagePack);
        await conversation.ShakeHandsAsync();
        return await conversation.RegisterAsync("fuzz-epoch") ? conversation.Epoch! : throw new IOException("The relay does not take plain names: Relay:AllowNamedPeers.");
    }
}
