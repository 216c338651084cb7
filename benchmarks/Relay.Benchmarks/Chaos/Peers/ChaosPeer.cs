using Client.Transport;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Clients;
using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Chaos.Peers;

/// <summary>A peer through a whole run: its network, its lives one after the other, and its application, which writes everything down.</summary>
internal sealed class ChaosPeer : IAsyncDisposable
{
    private static readonly TimeSpan SlowPace = TimeSpan.FromMilliseconds(100);

    private readonly int _number;
    private readonly PeerIdentity _self;
    private readonly History _history;
    private readonly ISubject _subject;
    private readonly IReadOnlyList<PeerIdentity> _everybody;
    private readonly Lock _gate = new();
    private readonly Dictionary<int, int> _lastNumbers = [];

    // Handed over and without an outcome, in order.
    private readonly LinkedList<(SentMessage Message, Life? By)> _unsettled = [];
    private readonly List<Life> _lives = [];

    // Null during a takeover: what is sent then waits for whichever life is left.
    private Life? _current;
    private volatile bool _isSlow;
    private volatile TaskCompletionSource? _pause;

    public ChaosPeer(int number, IReadOnlyList<PeerIdentity> everybody, ISubject subject, Uri server, History history)
    {
        (_number, _everybody, _subject, _history) = (number, everybody, subject, history);
        _self = everybody[number];
        Link = Link.To(server);
        _current = Begin();
    }

    /// <summary>Its way to the server.</summary>
    public Link Link { get; }

    public bool IsConnected
    {
        get
        {
            lock (_gate)
                return _current?.Client.IsConnected == true;
        }
    }

    /// <summary>How many messages have no outcome yet.</summary>
    public int Unsettled
    {
        get
        {
            lock (_gate)
                return _unsettled.Count;
        }
    }

    private PeerHistory Own => _history.Peers[_number];

    /// <summary>Sends a message. Never waits.</summary>
    public SentMessage Send(int to, int length)
    {
        // One at a time, and all the way into the transport: the numbers are the order of sending. What answers comes from elsewhere.
        lock (_gate)
        {
            var number = _lastNumbers[to] = _lastNumbers.GetValueOrDefault(to) + 1;
            var message = new SentMessage(_number, to, number, MessageId.New(), length, Noise.Hash(Noise.Of(number, length)))
            {
                SentAt = TimeProvider.System.GetTimestamp(),
            };
            _history.Add(message);
            var place = _unsettled.AddLast((message, null));
            if (_current is { } life)
                HandOver(place, life);
            return message;
        }
    }

    /// <summary>The application takes ten messages a second.</summary>
    public void ReadSlowly() => _isSlow = true;

    /// <summary>The application takes nothing.</summary>
    public void Pause() => _pause ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The application takes what there is.</summary>
    public void Read()
    {
        _isSlow = false;
        Interlocked.Exchange(ref _pause, null)?.SetResult();
    }

    /// <summary>Ends every trouble of its network.</summary>
    public void Heal()
    {
        Link.Resume();
        Link.Restore();
    }

    /// <summary>Begins a second life beside the first. The one that is replaced ends, and the other sends what had no outcome yet.</summary>
    /// <remarks>Usually the older one is; but if it had just lost its connection, it comes back as the newer registration.</remarks>
    /// <returns>False if there is a takeover already.</returns>
    public async Task<bool> TakeOverAsync(CancellationToken cancellationToken)
    {
        Life older;
        Life newer;
        lock (_gate)
        {
            if (_current is null)
                return false;
            older = _current;
            older.Client.GiveWay();
            _current = null;
            newer = Begin();
        }

        await Until.TrueAsync(() => older.Client.WasReplaced || newer.Client.WasReplaced, cancellationToken);
        var (ended, stays) = older.Client.WasReplaced ? (older, newer) : (newer, older);
        lock (_gate)
            ended.IsOver = true;
        await ended.Client.DisposeAsync();
        await Until.TrueAsync(() => Volatile.Read(ref ended.Sending) == 0, cancellationToken);
        lock (_gate)
        {
            _current = stays;
            for (var place = _unsettled.First; place is not null; place = place.Next)
            {
                if (place.Value.By != stays)
                    HandOver(place, stays);
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Read();
        foreach (var life in _lives)
            await life.Client.DisposeAsync();
        await Task.WhenAll(_lives.Select(life => life.Reading));
        await Link.DisposeAsync();
    }

    private Life Begin()
    {
        var number = _lives.Count + 1;
        var life = new Life(number, _subject.Begin(
            _self, Link.Url, peer => _everybody[peer].Id, loss => Own.Report(loss, MessagesOf(loss)), what => Own.Note($"transport {number}: {what}")));
        _lives.Add(life);
        Own.Lives = _lives.Count;
        life.Reading = Task.Run(() => life.Client.ReadAsync(arrival => TakeAsync(life, arrival)));
        return life;
    }

    private IEnumerable<SentMessage> MessagesOf(LossReport loss) =>
        loss.Ids.Select(_history.Find).OfType<SentMessage>().Where(message => message.From == _number);

    // Under the lock.
    private void HandOver(LinkedListNode<(SentMessage Message, Life? By)> place, Life life)
    {
        place.Value.Message.IsRepeat = place.Value.By is not null;
        place.Value = (place.Value.Message, life);
        Interlocked.Increment(ref life.Sending);
        _ = SendAsync(place, life);
    }

    private async Task SendAsync(LinkedListNode<(SentMessage Message, Life? By)> place, Life life)
    {
        var message = place.Value.Message;
        var outcome = await life.Client.SendAsync(message, Noise.Of(message.Number, message.Length));
        if (outcome != SendOutcome.Unknown)
        {
            Own.Settle(message, outcome);
            lock (_gate)
                _unsettled.Remove(place);
        }

        Interlocked.Decrement(ref life.Sending);
    }

    private async ValueTask TakeAsync(Life life, Arrival arrival)
    {
        if (_pause is { } pause)
            await pause.Task;
        if (_isSlow)
            await Task.Delay(SlowPace, TimeProvider.System, CancellationToken.None);

        var message = _history.Find(arrival.Id);
        var isIntact = message is not null
            && (arrival.From is null || arrival.From == _everybody[message.From].Address)
            && arrival.Payload.Length == message.Length && Noise.Hash(arrival.Payload) == message.Hash;

        // What an ended life still has in its hands it would hand over beside the next one, and only each for itself they are in order. If a relay
        // has it, it comes again; if none has, because it restarted or evicted it, that is reported.
        lock (_gate)
        {
            if (!life.IsOver)
                Own.Add(new Receipt(message, life.Number, isIntact, TimeProvider.System.GetTimestamp()));
        }
    }

    private sealed class Life(int number, ILife client)
    {
        /// <summary>How many sends wait for this life's answer.</summary>
        public int Sending;

        /// <summary>Whether another life has taken over. Under the peer's lock.</summary>
        public bool IsOver;

        public int Number => number;

        public ILife Client => client;

        public Task Reading { get; set; } = Task.CompletedTask;
    }
}
