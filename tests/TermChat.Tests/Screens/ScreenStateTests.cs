using Client.Transport;
using Microsoft.Extensions.Time.Testing;
using TermChat.Conversations;
using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class ScreenStateTests
{
    private readonly FakeChat _chat;
    private readonly FakeTimeProvider _time;

    public ScreenStateTests() => (_chat, _time) = ScreenBench.Chat();

    [Fact]
    public void What_is_entered_goes_to_the_open_conversation()
    {
        var state = WithBobAndCarol();

        Enter(state, "/msg carol");
        Enter(state, "Hello, Carol");
        Enter(state, "//slash");
        Enter(state, "/msg bob Hello, Bob");

        Assert.Equal([(Peers.Carol, "Hello, Carol"), (Peers.Carol, "/slash"), (Peers.Bob, "Hello, Bob")], _chat.Sent);
        Assert.Equal(Peers.Bob, state.Pane!.Peer);
        Assert.True(state.Input.IsEmpty);
    }

    [Fact]
    public void A_mistyped_command_is_never_sent_and_can_be_corrected()
    {
        var state = WithBobAndCarol();

        Enter(state, "/mgs carol secret");

        Assert.Empty(_chat.Sent);
        Assert.StartsWith("/mgs is no command; nothing was sent.", Said(state));
        Assert.Equal("/mgs carol secret", state.Input.Text);
    }

    [Fact]
    public void A_full_disk_costs_nobody_what_was_typed()
    {
        var state = WithBobAndCarol();
        _chat.Trouble = "The disk is full.";

        Enter(state, "Hello?");

        Assert.Equal("Hello?", state.Input.Text);
        Assert.Equal("The disk is full.", Said(state));
    }

    [Fact]
    public void With_a_full_disk_the_screen_goes_on()
    {
        using var bench = new ScreenBench(_chat, _time, 80, 24);
        _chat.Receive(Peers.Bob, "the last one that fits");
        _chat.Trouble = "The disk is full.";

        Assert.Contains("The disk is full.", bench.Screen(), StringComparison.Ordinal);

        _chat.Trouble = null;
        Assert.DoesNotContain("The disk is full.", bench.Press(Terminal.Gui.Input.Key.Esc).Screen(), StringComparison.Ordinal);
    }

    [Fact]
    public void With_nobody_to_talk_to_a_message_stays_in_the_input()
    {
        var state = new ScreenState(_chat, Options());

        Enter(state, "Hello?");

        Assert.Equal("Hello?", state.Input.Text);
        Assert.StartsWith("There is nobody to send this to yet.", Said(state));
    }

    [Fact]
    public void A_peer_is_added_renamed_and_forgotten()
    {
        var state = new ScreenState(_chat, Options());

        Enter(state, $"/add bob {Peers.Bob.Value}");
        Assert.Equal(("bob", Peers.Bob), (state.Current!.Name, state.Pane!.Peer));
        Enter(state, "/rename BOB robert");
        Assert.Equal("robert", state.Current!.Name);
        Enter(state, "/forget robert");

        Assert.Empty(_chat.Contacts());
        Assert.Equal("robert is forgotten; the conversation stays.", Said(state));
    }

    [Theory]
    [InlineData("/add bob tc1wrong", "That is no PeerId")]
    [InlineData("/add bob", "It is used like this")]
    [InlineData("/rename nobody else", "You have no contact called nobody.")]
    [InlineData("/forget nobody", "You have no contact called nobody.")]
    [InlineData("/msg nobody Hello", "You have no contact called nobody.")]
    [InlineData("/msg tc1wrong Hello", "That is no PeerId, though it starts like one")]
    [InlineData("/ping", "It is used like this")]
    public void What_cannot_be_done_is_said(string text, string beginning)
    {
        var state = new ScreenState(_chat, Options());

        Enter(state, text);

        Assert.StartsWith(beginning, Said(state));
    }

    [Fact]
    public void What_the_chat_refuses_is_said_without_its_parameter()
    {
        var state = WithBobAndCarol();

        Enter(state, $"/add bob {Peers.Stranger.Value}");

        Assert.Equal("bob is the name of another contact.", Said(state));
    }

    [Fact]
    public void A_stranger_gets_a_name_while_talking()
    {
        _chat.Receive(Peers.Stranger, "Hello");
        var state = new ScreenState(_chat, Options());

        Enter(state, "/add dave");

        Assert.Equal(new Contact("dave", Peers.Stranger), Assert.Single(_chat.Contacts()));
    }

    [Fact]
    public void Only_what_is_in_sight_counts_as_read()
    {
        var state = WithBobAndCarol();
        Show(state);
        _chat.Receive(Peers.Carol, "unseen");
        _chat.Receive(Peers.Bob, "seen");
        state.Refresh();
        Assert.Equal((0, 1), Unread(state));

        Enter(state, "/help");
        _chat.Receive(Peers.Bob, "behind the page");
        state.Refresh();
        Assert.Equal((1, 1), Unread(state));

        state.Escape();
        Assert.Equal((0, 1), Unread(state));
        state.Scroll(-5);
        _chat.Receive(Peers.Bob, "below");
        state.Refresh();
        Assert.Equal((1, 1), Unread(state));
        Assert.Equal(1, state.Pane!.NewBelow);
    }

    [Fact]
    public void A_message_of_ones_own_returns_to_the_end()
    {
        var state = WithBobAndCarol();
        Show(state);
        state.Scroll(-50);
        Assert.False(state.Pane!.IsAtEnd);

        Enter(state, "an answer");

        Assert.True(state.Pane.IsAtEnd);
    }

    [Fact]
    public void Scrolling_back_loads_what_is_older_and_no_more()
    {
        var state = WithBobAndCarol();
        Show(state);
        var reads = _chat.Reads;

        state.Scroll(-10);
        Assert.Equal(reads, _chat.Reads);
        for (var i = 0; i < 100; i++)
            state.Scroll(-10);

        Assert.Contains("line 1 of bob", Show(state));
        Assert.InRange(_chat.Reads - reads, 2, 4);
        for (var i = 0; i < 100; i++)
            state.Scroll(10);
        Assert.True(state.Pane!.IsAtEnd);
    }

    [Fact]
    public void The_longest_messages_are_laid_out_a_few_at_a_time_and_can_all_be_reached()
    {
        _chat.Name(Peers.Bob, "bob");
        for (var i = 1; i <= 30; i++)
            _chat.Receive(Peers.Bob, $"line {i} of bob " + new string('日', 19_000));
        var state = new ScreenState(_chat, Options());
        Show(state);
        var reads = _chat.Reads;

        for (var i = 0; i < 40 && !Show(state).Contains("line 1 of bob", StringComparison.Ordinal); i++)
            state.Scroll(-1000);

        Assert.Contains("line 1 of bob", Show(state));
        Assert.Equal(2, _chat.Reads - reads);
    }

    [Fact]
    public void What_is_in_sight_stays_there_when_the_terminal_is_resized()
    {
        var state = WithBobAndCarol();
        Show(state);
        state.Scroll(-60);
        var last = LastLineInSight(Show(state));

        Show(state, 45, 12);
        Assert.Equal(last, LastLineInSight(Show(state, 60, 30)));
        Assert.Equal(last, LastLineInSight(Show(state)));
    }

    [Fact]
    public void Each_conversation_keeps_what_was_begun_in_it()
    {
        var state = WithBobAndCarol();
        state.Input.Insert("for Bob");

        state.Switch(1);
        Assert.True(state.Input.IsEmpty);
        state.Input.Insert("for Carol");
        state.Switch(1);

        Assert.Equal("for Bob", state.Input.Text);
    }

    [Fact]
    public void Up_in_an_empty_line_brings_back_what_was_sent()
    {
        var state = WithBobAndCarol();
        Show(state);
        Enter(state, "first");
        Enter(state, "second");

        Press(state.Up);
        Assert.Equal("second", state.Input.Text);
        Press(state.Up);
        Assert.Equal("first", state.Input.Text);
        Press(state.Down);
        Assert.Equal("second", state.Input.Text);
        Press(state.Down);
        Assert.True(state.Input.IsEmpty);

        void Press(Action key)
        {
            state.NextTurn();
            key();
        }
    }

    [Fact]
    public void The_wheel_of_a_mouse_scrolls_though_it_comes_as_arrow_keys()
    {
        var state = WithBobAndCarol();
        Enter(state, "sent");
        Show(state);

        state.NextTurn();
        for (var i = 0; i < 3; i++)
            state.Up();

        Assert.True(state.Input.IsEmpty);
        Assert.False(state.Pane!.IsAtEnd);
    }

    [Fact]
    public async Task A_ping_says_how_long_it_took_or_that_nobody_answered()
    {
        var state = WithBobAndCarol();
        var answers = 0;
        state.Answered += () => Interlocked.Increment(ref answers);
        _chat.Pong = () => new PingReply(TimeSpan.FromMilliseconds(23.4), TransportKind.P2P);

        Enter(state, "/ping");
        await TestKit.Eventually.Is("the answer is here", () => Volatile.Read(ref answers) == 1);
        state.Refresh();
        Assert.Equal("bob answered in 23 ms, path: direct.", state.Said[^1].Text);

        _chat.Pong = null;
        Enter(state, "/ping carol");
        _time.Advance(TimeSpan.FromMinutes(1));
        await TestKit.Eventually.Is("the answer is here", () => Volatile.Read(ref answers) == 2);
        state.Refresh();
        Assert.StartsWith("carol did not answer within 15 s", state.Said[^1].Text);
    }

    [Fact]
    public void The_first_message_ever_opens_its_conversation()
    {
        var state = new ScreenState(_chat, Options());
        Assert.Contains(Peers.Me.Value, Show(state));

        _chat.Receive(Peers.Stranger, "Hello");
        state.Refresh();

        Assert.Contains("Hello", Show(state));
        Assert.Contains("Not one of your contacts.", Show(state));
    }

    [Fact]
    public void The_first_message_ever_takes_nothing_away_from_the_person()
    {
        var state = new ScreenState(_chat, Options());
        Enter(state, "/id");
        state.Input.Insert("/add bob ");

        _chat.Receive(Peers.Stranger, "Hello");
        state.Refresh();

        Assert.Equal("Your PeerId", state.Page?.Title);
        Assert.Equal("/add bob ", state.Input.Text);
        Assert.Equal(1, Assert.Single(state.Conversations).Unread);
    }

    private ScreenOptions Options() => new() { Time = _time };

    private ScreenState WithBobAndCarol()
    {
        _chat.Name(Peers.Carol, "carol");
        _chat.Name(Peers.Bob, "bob");
        for (var i = 1; i <= 350; i++)
            _chat.Receive(Peers.Bob, $"line {i} of bob");
        _chat.MarkRead(Peers.Bob);
        return new ScreenState(_chat, Options());
    }

    private static (int Bob, int Carol) Unread(ScreenState state) => (
        state.Conversations.Single(conversation => conversation.Peer == Peers.Bob).Unread,
        state.Conversations.Single(conversation => conversation.Peer == Peers.Carol).Unread);

    private static string Show(ScreenState state, int width = 80, int height = 24) =>
        string.Join('\n', ScreenFrame.Of(state, width, height).Rows.Select(row => row.ToString()));

    private static string LastLineInSight(string screen) =>
        screen.Split('\n').Last(row => row.Contains(" of bob", StringComparison.Ordinal)).Split("line ")[1].Split(' ')[0];

    private static string Said(ScreenState state) => string.Join('\n', state.Said.Select(piece => piece.Text));

    private static void Enter(ScreenState state, string text)
    {
        state.Input.Set(text);
        state.Submit();
    }
}
