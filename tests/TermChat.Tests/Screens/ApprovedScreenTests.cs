using Client.Transport;
using Client.Transport.Relay;
using Microsoft.Extensions.Time.Testing;
using TermChat.Conversations;
using TermChat.Screens;
using Terminal.Gui.Input;

namespace TermChat.Tests.Screens;

/// <summary>The whole screen, as approved, at the size every terminal has and at a large one.</summary>
[Collection(nameof(OneScreenAtATime))]
public sealed class ApprovedScreenTests
{
    public static TheoryData<int, int> Sizes => new() { { 80, 24 }, { 120, 40 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_first_start_shows_what_to_do(int columns, int rows)
    {
        var (chat, time) = ScreenBench.Chat();
        using var bench = new ScreenBench(chat, time, columns, rows);

        bench.IsApproved("first-start");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Each_line_shows_how_far_it_has_come_and_which_way(int columns, int rows)
    {
        var (chat, time) = ConversationInAllStates();
        using var bench = new ScreenBench(chat, time, columns, rows);

        bench.IsApproved("all-states");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Without_color_and_unicode_nothing_is_missing(int columns, int rows)
    {
        var (chat, time) = ConversationInAllStates();
        using var bench = new ScreenBench(chat, time, columns, rows, new ScreenOptions { Color = false, Unicode = false });

        bench.IsApproved("plain");
        Assert.DoesNotContain(bench.Screen(), character => character > '~');
        Assert.DoesNotMatch("\u001b\\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7])(?:;[0-9;]*)?m", bench.Ansi());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Unread_messages_are_counted_and_strangers_marked(int columns, int rows)
    {
        var (chat, time) = ScreenBench.Chat();
        chat.Name(Peers.Bob, "bob");
        chat.Name(Peers.Carol, "carol");
        using var bench = new ScreenBench(chat, time, columns, rows);
        bench.Enter("/msg bob Hello, Bob");
        for (var i = 0; i < 120; i++)
            chat.Receive(Peers.Carol, $"Carol's message {i}");
        chat.Receive(Peers.Stranger, "You don't know me.");

        bench.IsApproved("unread");
        bench.Press(Key.N.WithCtrl).IsApproved("stranger");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void What_is_read_further_up_stays_in_place_while_messages_come_in(int columns, int rows)
    {
        var (chat, time) = LongConversation();
        using var bench = new ScreenBench(chat, time, columns, rows);
        bench.Screen();
        bench.Press(Key.PageUp, Key.PageUp);
        bench.Screen();
        for (var i = 0; i < 3; i++)
            chat.Receive(Peers.Bob, "a new one");

        bench.IsApproved("scrolled-back");
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void The_help_fits_on_one_page(int columns, int rows)
    {
        var (chat, time) = LongConversation();
        using var bench = new ScreenBench(chat, time, columns, rows);

        bench.Enter("/help").IsApproved("help");
        Assert.DoesNotContain("PageDown\n", bench.Screen());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_lost_connection_says_why_and_when_it_tries_again(int columns, int rows)
    {
        var (chat, time) = LongConversation();
        using var bench = new ScreenBench(chat, time, columns, rows);
        bench.Enter("Are you there?");
        chat.Connect(chat.Connection with
        {
            State = RelayConnectionState.Waiting,
            Reason = "relay.example.com:9000 refused the connection",
            NextAttemptAt = time.GetUtcNow() + TimeSpan.FromSeconds(4),
        });

        bench.IsApproved("disconnected");
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("reconnecting in 3 s ", bench.Screen());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_refusal_is_read_whole_and_need_not_be_waited_for(int columns, int rows)
    {
        var (chat, time) = LongConversation();
        using var bench = new ScreenBench(chat, time, columns, rows);
        chat.Connect(chat.Connection with
        {
            State = RelayConnectionState.Waiting,
            Reason = "The relay wss://relay.example.com/chat/relay refused: The operator of this relay has banned this PeerId (Relay:BannedPeers, " +
                "Relay:AccessFile, or a ban until the relay restarts). docs/operating.md describes this setting.",
            NextAttemptAt = time.GetUtcNow() + TimeSpan.FromSeconds(802),
        });

        bench.IsApproved("refused");
        bench.Enter("/reconnect");
        Assert.Equal(1, chat.Reconnects);
        chat.Connect(chat.Connection with { State = RelayConnectionState.Connected, Reason = null, NextAttemptAt = null });
        Assert.Contains("There is a connection to the relay already.", bench.Enter("/reconnect").Screen());
        Assert.Equal(1, chat.Reconnects);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_hostile_message_touches_nothing_but_its_own_place(int columns, int rows)
    {
        var (chat, time) = ScreenBench.Chat();
        chat.Name(Peers.Bob, "bob");
        using var bench = new ScreenBench(chat, time, columns, rows);
        chat.Receive(Peers.Bob, "\u001b[2J\u001b[H\u001b]0;owned\acleared?");
        chat.Receive(Peers.Bob, "a fake line\r\n12:01 you  I owe you everything   ✓✓ relay");
        chat.Receive(Peers.Bob, "right to left: \u202Egpj.exe\u202C, hidden\u200B\u2060, \u009b31mred");
        chat.Receive(Peers.Bob, "a tower: z" + string.Concat(Enumerable.Repeat("\u0335\u0321", 500)) + " and after it");
        chat.Receive(Peers.Bob, "\u0301alone, \u200d👩\u200d💻");

        bench.IsApproved("hostile");
        Assert.DoesNotContain("\u001b[2J", bench.Ansi());
        Assert.DoesNotContain("\u001b]0", bench.Ansi());
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Pages_and_mistakes_have_their_place(int columns, int rows)
    {
        var (chat, time) = LongConversation();
        using var bench = new ScreenBench(chat, time, columns, rows);

        bench.Enter("/id").IsApproved("id");
        bench.Press(Key.Esc).Enter("/contacts").IsApproved("contacts");
        bench.Press(Key.Esc).Enter("/hlep me").IsApproved("mistake");
    }

    private static (FakeChat Chat, FakeTimeProvider Time) ConversationInAllStates()
    {
        var (chat, time) = ScreenBench.Chat();
        chat.Name(Peers.Bob, "bob");
        chat.Receive(Peers.Bob, "Good evening! This came over the direct path.", TransportKind.P2P);
        time.Advance(TimeSpan.FromHours(15));
        chat.Receive(Peers.Bob, "And this by the relay, long enough that it has to be broken somewhere, which happens between two of its words.");
        chat.Advance(chat.Send(Peers.Bob, "Delivered by the relay"), LineState.Delivered, TransportKind.Relay);
        chat.Advance(chat.Send(Peers.Bob, "Delivered over the direct path, 日本語 and 👍 included"), LineState.Delivered, TransportKind.P2P);
        chat.Notice(Peers.Bob, "2 messages from bob were lost at the relay before they could be delivered");
        time.Advance(TimeSpan.FromMinutes(7));
        chat.Advance(chat.Send(Peers.Bob, "Too late"), LineState.Failed, TransportKind.Relay, "it waited at the relay for longer than an hour");
        chat.Advance(chat.Send(Peers.Bob, "At the relay"), LineState.Sent, TransportKind.Relay);
        chat.Advance(chat.Send(Peers.Bob, "On its way\nin two lines"), LineState.Sent, TransportKind.P2P);
        chat.Send(Peers.Bob, "Waiting");
        chat.Advance(chat.Send(Peers.Bob, "Waiting, too"), LineState.Waiting, TransportKind.None, "the relay does not answer");
        return (chat, time);
    }

    private static (FakeChat Chat, FakeTimeProvider Time) LongConversation()
    {
        var (chat, time) = ScreenBench.Chat();
        chat.Name(Peers.Bob, "bob");
        chat.Name(Peers.Carol, "carol");
        for (var i = 1; i <= 300; i++)
            chat.Receive(Peers.Bob, $"message {i}");
        return (chat, time);
    }
}
