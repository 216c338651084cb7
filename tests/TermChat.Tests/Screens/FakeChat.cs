using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Tests.Screens;

/// <summary>A chat in memory, without anybody on the other side: tests say what comes in and how far a line gets.</summary>
internal sealed class FakeChat(PeerId self, TimeProvider time) : IChat
{
    private readonly Lock _gate = new();
    private readonly List<ChatLine> _lines = [];
    private readonly Dictionary<PeerId, string> _names = [];
    private readonly Dictionary<PeerId, long> _read = [];

    public event Action<ChatChange>? Changed;

    public PeerId Self => self;

    public ConnectionStatus Connection { get; private set; } = new(RelayConnectionState.Connected, new Uri("http://relay.example.com:9000/relay"));

    /// <summary>Texts that were sent, in order.</summary>
    public IReadOnlyList<(PeerId Peer, string Text)> Sent => [.. Snapshot().Where(line => line.Kind == LineKind.Mine).Select(line => (line.Peer, line.Text))];

    /// <summary>How the next ping ends; null if no answer ever comes.</summary>
    public Func<PingReply>? Pong { get; set; }

    /// <summary>How often lines were read.</summary>
    public int Reads { get; private set; }

    /// <summary>Why nothing can be stored; null while all is well.</summary>
    public string? Trouble { get; set; }

    /// <summary>How often the person wanted a connection at once.</summary>
    public int Reconnects { get; private set; }

    public void ReconnectNow() => Reconnects++;

    public void Connect(ConnectionStatus status)
    {
        Connection = status;
        Changed?.Invoke(new ChatChange(ChatChangeKind.Connection));
    }

    /// <summary>A line from a peer.</summary>
    public ChatLine Receive(PeerId peer, string text, TransportKind path = TransportKind.Relay) =>
        AddLine(peer, LineKind.Theirs, text, LineState.Received, path);

    /// <summary>A line from the program.</summary>
    public ChatLine Notice(PeerId peer, string text) => AddLine(peer, LineKind.Notice, text, LineState.Received, TransportKind.None);

    /// <summary>A line of this side gets further, or fails.</summary>
    public void Advance(ChatLine line, LineState state, TransportKind path, string? reason = null)
    {
        lock (_gate)
            _lines[_lines.FindIndex(other => other.Number == line.Number)] = line with { State = state, Path = path, Reason = reason };
        Changed?.Invoke(new ChatChange(ChatChangeKind.LinesChanged, line.Peer));
    }

    public IReadOnlyList<Conversation> Conversations()
    {
        lock (_gate)
        {
            var peers = _lines.Select(line => line.Peer).Concat(_names.Keys).Distinct();
            return [.. peers.Select(Summary).OrderByDescending(entry => entry.Last?.Number ?? 0).ThenBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase)];
        }
    }

    public IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before = null)
    {
        lock (_gate)
        {
            Reads++;
            return [.. _lines.Where(line => line.Peer == peer && (before is null || line.Number < before)).TakeLast(count)];
        }
    }

    public ChatLine Send(PeerId peer, string text)
    {
        ThrowTrouble();
        if (text.Length > ChatText.MaxBytes)
            throw new ArgumentException($"The text is longer than {ChatText.MaxBytes} bytes.", nameof(text));
        return AddLine(peer, LineKind.Mine, text, LineState.Waiting, TransportKind.None);
    }

    public void MarkRead(PeerId peer)
    {
        ThrowTrouble();
        lock (_gate)
            _read[peer] = _lines.Count;
        Changed?.Invoke(new ChatChange(ChatChangeKind.Contacts, peer));
    }

    public IReadOnlyList<Contact> Contacts()
    {
        lock (_gate)
            return [.. _names.Select(pair => new Contact(pair.Value, pair.Key))];
    }

    public void Name(PeerId peer, string name)
    {
        lock (_gate)
        {
            if (_names.Any(pair => pair.Key != peer && pair.Value.Equals(name, StringComparison.OrdinalIgnoreCase)))
                throw new ArgumentException($"{name} is the name of another contact.", nameof(name));
            _names[peer] = name;
        }

        Changed?.Invoke(new ChatChange(ChatChangeKind.Contacts, peer));
    }

    public bool Forget(string name)
    {
        lock (_gate)
            return Find(name) is { } peer && _names.Remove(peer);
    }

    public PeerId? Find(string nameOrPeerId)
    {
        lock (_gate)
        {
            foreach (var (peer, name) in _names)
            {
                if (name.Equals(nameOrPeerId, StringComparison.OrdinalIgnoreCase))
                    return peer;
            }
        }

        return PeerId.TryParse(nameOrPeerId, out var parsed) && parsed.IsKey ? parsed : null;
    }

    public async Task<PingReply> PingAsync(PeerId peer, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (Pong is { } pong)
            return pong();

        await Task.Delay(timeout, time, cancellationToken);
        throw new TimeoutException();
    }

    private ChatLine AddLine(PeerId peer, LineKind kind, string text, LineState state, TransportKind path)
    {
        ChatLine line;
        lock (_gate)
        {
            line = new ChatLine(_lines.Count + 1, new MessageId(new Guid(_lines.Count + 1, 0, 0, new byte[8])), peer, kind, text, time.GetUtcNow(), state, path);
            _lines.Add(line);
        }

        Changed?.Invoke(new ChatChange(ChatChangeKind.LinesAdded, peer));
        return line;
    }

    private Conversation Summary(PeerId peer)
    {
        var unread = _lines.Count(line => line.Peer == peer && line.Kind == LineKind.Theirs && line.Number > _read.GetValueOrDefault(peer));
        return new Conversation(peer, _names.GetValueOrDefault(peer), unread, _lines.LastOrDefault(line => line.Peer == peer));
    }

    private List<ChatLine> Snapshot()
    {
        lock (_gate)
            return [.. _lines];
    }

    private void ThrowTrouble()
    {
        if (Trouble is not null)
            throw new SetupException(Trouble);
    }
}
