using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TermChat.Conversations;

namespace TermChat.Tests.Commands;

/// <summary>A chat that does what a test says: how far lines get, what comes in, how the connection is.</summary>
internal sealed class ScriptedChat(PeerId self, IContacts contacts) : IChatClient
{
    private readonly Lock _gate = new();
    private readonly List<ChatLine> _lines = [];
    private readonly HashSet<long> _listed = [];
    private ConnectionStatus _connection = new(RelayConnectionState.Connected, new Uri("http://relay.example.com:9000/"));

    public event Action<ChatChange>? Changed;

    public PeerId Self => self;

    public ConnectionStatus Connection
    {
        get => _connection;
        set
        {
            _connection = value;
            Changed?.Invoke(new ChatChange(ChatChangeKind.Connection));
        }
    }

    public void ReconnectNow() => throw new NotSupportedException("No command asks for it.");

    /// <summary>How far a line gets at once when it is sent.</summary>
    public LineState Outcome { get; set; } = LineState.Sent;

    public string? Reason { get; set; }

    public Func<PingReply> Pong { get; set; } = () => new PingReply(TimeSpan.FromMilliseconds(12.34), TransportKind.Relay);

    /// <summary>How often a command looked how far a line is.</summary>
    public int Looks { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Lines of <see cref="MarkListed"/>, one number for each time.</summary>
    public List<long> Listed { get; } = [];

    public IReadOnlyList<string> Sent => [.. All().Where(line => line.Kind == LineKind.Mine).Select(line => line.Text)];

    public ChatLine Receive(PeerId from, string text, LineKind kind = LineKind.Theirs) =>
        Add(from, text, kind, LineState.Received, null, kind == LineKind.Theirs ? TransportKind.Relay : TransportKind.None);

    /// <summary>All of this side's lines get as far as this.</summary>
    public void Advance(LineState state)
    {
        lock (_gate)
        {
            for (var at = 0; at < _lines.Count; at++)
                _lines[at] = _lines[at].Kind == LineKind.Mine ? _lines[at] with { State = state } : _lines[at];
        }

        Changed?.Invoke(new ChatChange(ChatChangeKind.LinesChanged));
    }

    public ChatLine Send(PeerId peer, string text)
    {
        ChatText.Check(text);
        return Add(peer, text, LineKind.Mine, Outcome, Reason, TransportKind.None) with { State = LineState.Waiting };
    }

    public ChatLine? Line(long number)
    {
        var line = All().FirstOrDefault(line => line.Number == number);
        Looks++;
        return line;
    }

    public IReadOnlyList<(long Number, LineState State)> Unconfirmed(PeerId peer) =>
    [
        .. from line in All()
           where line.Peer == peer && line.Kind == LineKind.Mine && line.State is LineState.Waiting or LineState.Sent
           select (line.Number, line.State),
    ];

    public async Task<IReadOnlyList<ChatLine>> TakeUnlistedAsync(int max, CancellationToken cancellationToken)
    {
        var news = new SemaphoreSlim(0);
        void Look(ChatChange change) => news.Release();
        Changed += Look;
        try
        {
            while (true)
            {
                var lines = All().Where(line => line.Kind != LineKind.Mine && !_listed.Contains(line.Number)).Take(max).ToArray();
                if (lines.Length > 0)
                    return lines;
                await news.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Changed -= Look;
        }
    }

    public void MarkListed(IReadOnlyList<ChatLine> lines)
    {
        Listed.AddRange(lines.Select(line => line.Number));
        _listed.UnionWith(lines.Select(line => line.Number));
    }

    public Task<PingReply> PingAsync(PeerId peer, TimeSpan timeout, CancellationToken cancellationToken = default) => Task.FromResult(Pong());

    public IReadOnlyList<Contact> Contacts() => contacts.Contacts();

    public void Name(PeerId peer, string name) => contacts.Name(peer, name);

    public bool Forget(string name) => contacts.Forget(name);

    public PeerId? Find(string nameOrPeerId) => contacts.Find(nameOrPeerId);

    public IReadOnlyList<Conversation> Conversations() => throw new NotSupportedException("No command asks for this.");

    public IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before = null) =>
        [.. All().Where(line => line.Peer == peer && line.Number < (before ?? long.MaxValue)).TakeLast(count)];

    public void MarkRead(PeerId peer) => throw new NotSupportedException("No command asks for this.");

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private ChatLine Add(PeerId peer, string text, LineKind kind, LineState state, string? reason, TransportKind path)
    {
        ChatLine line;
        lock (_gate)
        {
            var id = new MessageId(new Guid(_lines.Count + 1, 0, 0, new byte[8]));
            line = new ChatLine(_lines.Count + 1, id, peer, kind, text, new DateTimeOffset(2026, 11, 23, 6, 0, 0, 250, TimeSpan.Zero), state, path, reason);
            _lines.Add(line);
        }

        Changed?.Invoke(new ChatChange(ChatChangeKind.LinesAdded, peer));
        return line;
    }

    private ChatLine[] All()
    {
        lock (_gate)
            return [.. _lines];
    }
}
