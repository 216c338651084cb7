using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Screens;

/// <summary>What is on the screen and what the person is doing there, without the screen.</summary>
/// <remarks>Belongs to one thread, the one that draws.</remarks>
internal sealed partial class ScreenState
{
    private readonly IChat _chat;
    private readonly TimeProvider _time;
    private readonly CancellationToken _leaving;
    private readonly Dictionary<PeerId, string> _drafts = [];

    /// <param name="leaving">Ends what waits for an answer.</param>
    public ScreenState(IChat chat, ScreenOptions options, CancellationToken leaving = default)
    {
        _chat = chat;
        _leaving = leaving;
        _time = options.Time;
        Look = Look.Of(options.Unicode, options.Time.LocalTimeZone);
        Conversations = chat.Conversations();
        if (Conversations.Count > 0)
            Open(Conversations[0].Peer);
    }

    public Look Look { get; }

    /// <summary>The conversations in the list, the open one always among them.</summary>
    public IReadOnlyList<Conversation> Conversations { get; private set; }

    /// <summary>The lines of the open conversation; null before there is one.</summary>
    public MessagePane? Pane { get; private set; }

    /// <summary>A page that is shown instead of conversations, such as the help.</summary>
    public ScreenPage? Page { get; private set; }

    public InputLine Input { get; } = new();

    /// <summary>What the program has to say about the last thing the person did. Gone with the next.</summary>
    public IReadOnlyList<Piece> Said { get; private set; } = [];

    public PeerId Self => _chat.Self;

    public ConnectionStatus Connection => _chat.Connection;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>The person wants to leave.</summary>
    public bool IsOver { get; private set; }

    public Conversation? Current => Conversations.FirstOrDefault(conversation => conversation.Peer == Pane?.Peer);

    /// <summary>Whether a person sees the end of the open conversation.</summary>
    public bool ShowsEnd => Page is null && Pane is { IsAtEnd: true };

    /// <summary>Reads again what is on show.</summary>
    public void Refresh()
    {
        TakeAnswers();
        ReadConversations();
        // The first conversation ever opens by itself, behind a page and without touching what is being typed.
        if (Pane is null && Conversations.Count > 0)
            Load(Conversations[0].Peer);
        else
            Pane?.Refresh();
        MarkRead();
    }

    public void Open(PeerId peer)
    {
        Page = null;
        if (Pane?.Peer == peer)
        {
            Pane.GoToEnd();
            return;
        }

        if (Pane is not null)
        {
            _drafts[Pane.Peer] = Input.Text;
            Input.Set(_drafts.GetValueOrDefault(peer, ""));
            _recalled = null;
        }

        Load(peer);
        MarkRead();
    }

    /// <summary>Opens the next conversation in the list, or the one so many further.</summary>
    public void Switch(int step)
    {
        if (Conversations.Count == 0)
            return;

        Said = [];
        var at = Conversations.ToList().FindIndex(conversation => conversation.Peer == Pane?.Peer);
        Open(Conversations[(at + step + Conversations.Count) % Conversations.Count].Peer);
    }

    public void Scroll(int rows)
    {
        if (Page is not null)
            Page.Scroll(rows);
        else
            Pane?.Scroll(rows);
        MarkRead();
    }

    /// <summary>Back to the conversation, its end, and silence.</summary>
    public void Escape()
    {
        if (Page is null)
            Pane?.GoToEnd();
        Page = null;
        Said = [];
        MarkRead();
    }

    public void Quit() => IsOver = true;

    public void Say(string text, Tone tone = Tone.Notice) => Said = [.. Said, new Piece(text, tone)];

    /// <summary>The chat cannot be read or written, a full disk for one. What is on show stays.</summary>
    public void Fail(SetupException failure) => Said = [new Piece(failure.Message, Tone.Bad)];

    private void Load(PeerId peer)
    {
        Pane = new MessagePane(_chat, peer, Look);
        ReadConversations();
        Pane.Open(Current?.Unread ?? 0);
    }

    private void ReadConversations()
    {
        var all = _chat.Conversations();
        // A peer that was only looked up has no line and no name yet.
        if (Pane is not null && all.All(conversation => conversation.Peer != Pane.Peer))
            all = [new Conversation(Pane.Peer, null, 0, null), .. all];
        Conversations = all;
    }

    private void MarkRead()
    {
        if (!ShowsEnd || Current is not { Unread: > 0 } current)
            return;

        _chat.MarkRead(current.Peer);
        ReadConversations();
    }
}
