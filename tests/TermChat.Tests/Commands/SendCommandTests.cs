using Client.Transport.Relay;
using TermChat.Commands;
using TermChat.Conversations;
using TestKit;

namespace TermChat.Tests.Commands;

public sealed class SendCommandTests : IDisposable
{
    private readonly Desk _desk = new();

    public SendCommandTests()
    {
        _desk.Profile.LoadOrCreateKey().Dispose();
        _desk.Contacts.Name(Desk.Bob, "bob");
    }

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Words_make_one_message_and_it_ends_when_the_relay_has_it()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("send", "bob", "Hello,", "Bob"));

        Assert.Equal(["Hello, Bob"], _desk.Chat.Sent);
        Assert.Equal("termchat: accepted: 1\n", _desk.Said);
        Assert.Empty(_desk.Printed);
        Assert.True(_desk.Chat.IsDisposed);
    }

    [Fact]
    public async Task With_wait_the_relay_is_not_enough()
    {
        var sending = _desk.RunAsync("send", "bob", "hello", "--wait");
        await Eventually.Is("it is sent", () => _desk.Chat.Sent.Count == 1);
        Assert.False(sending.IsCompleted);

        _desk.Chat.Advance(LineState.Delivered);

        Assert.Equal(ExitCode.Success, await sending);
        Assert.Equal("termchat: delivered: 1\n", _desk.Said);
    }

    [Fact]
    public async Task With_wait_what_an_earlier_run_has_left_unconfirmed_is_waited_for_too()
    {
        _desk.Chat.Send(Desk.Bob, "sent before, and lost with a relay that restarted");
        _desk.Chat.Outcome = LineState.Delivered;
        var sending = _desk.RunAsync("send", "bob", "hello", "--wait");
        await Eventually.Is("it is sent", () => _desk.Chat.Sent.Count == 2);

        // Bob has the new one, and cannot show it before the other.
        Assert.False(sending.IsCompleted);
        _desk.Chat.Advance(LineState.Delivered);

        Assert.Equal(ExitCode.Success, await sending);
        Assert.Equal("termchat: delivered: 1\n", _desk.Said);
    }

    [Fact]
    public async Task Each_line_of_standard_input_is_a_message_and_empty_ones_are_none()
    {
        _desk.Input = "one\n\ntwo\r\nthree";

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("send", "bob", "--stdin"));
        Assert.Equal(["one", "two", "three"], _desk.Chat.Sent);
        Assert.Equal("termchat: accepted: 3; 1 empty lines were left out\n", _desk.Said);
    }

    [Fact]
    public async Task A_relay_that_is_away_takes_so_much_input_and_no_more()
    {
        _desk.Chat.Outcome = LineState.Waiting;
        _desk.Input = string.Concat(Enumerable.Range(1, 2000).Select(number => $"{number}\n"));
        var sending = _desk.RunAsync("send", "bob", "--stdin");
        await Eventually.Is("it waits", () => _desk.Chat.Sent.Count == 512);
        Assert.False(sending.IsCompleted);

        _desk.Chat.Outcome = LineState.Sent;
        _desk.Chat.Advance(LineState.Sent);

        Assert.Equal(ExitCode.Success, await sending);
        Assert.Equal(2000, _desk.Chat.Sent.Count);
    }

    [Fact]
    public async Task Without_progress_it_gives_up_and_says_why_and_that_nothing_is_lost()
    {
        _desk.Chat.Outcome = LineState.Waiting;
        _desk.Chat.Connection = new ConnectionStatus(RelayConnectionState.Waiting, new Uri("ws://relay"), "The relay cannot be reached: refused.");

        Assert.Equal(ExitCode.Failure, await GivesUpAsync(TimeSpan.FromSeconds(30), "send", "bob", "hello"));
        Assert.Equal(
            "termchat: The relay cannot be reached: refused.\n" +
            "termchat: waiting: The relay cannot be reached: refused. 0 accepted, 1 in the outbox: it goes out by itself when termchat runs next\n",
            _desk.Said);
    }

    [Fact]
    public async Task What_it_waits_for_is_told_once_for_each_reason_and_it_still_succeeds()
    {
        _desk.Chat.Outcome = LineState.Waiting;
        Refuse("The relay cannot be reached: refused.", TimeSpan.FromSeconds(0.7));
        var sending = _desk.RunAsync("send", "bob", "hello");
        await Eventually.Is("it says why it waits", () => _desk.Said == "termchat: The relay cannot be reached: refused. Next attempt in 1 s.\n");

        var looks = _desk.Chat.Looks;
        Refuse("The relay cannot be reached: refused.", TimeSpan.FromSeconds(2));
        await Eventually.Is("it has looked again", () => _desk.Chat.Looks > looks);
        Refuse("The relay refused: banned.", TimeSpan.FromSeconds(802));
        await Eventually.Is("it says the other reason", () => _desk.Said.EndsWith("\ntermchat: The relay refused: banned. Next attempt in 14 min.\n", StringComparison.Ordinal));
        _desk.Chat.Connection = _desk.Chat.Connection with { State = RelayConnectionState.Connected, Reason = null, NextAttemptAt = null };
        _desk.Chat.Advance(LineState.Sent);

        Assert.Equal(ExitCode.Success, await sending);
        Assert.Equal(3, _desk.Said.Count(character => character == '\n'));
        Assert.EndsWith("termchat: accepted: 1\n", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipient_that_confirms_nothing_is_told_from_a_relay_that_takes_nothing()
    {
        Assert.Equal(ExitCode.Failure, await GivesUpAsync(TimeSpan.FromSeconds(3), "send", "bob", "hello", "--wait", "--timeout", "3"));
        Assert.Contains("has not confirmed", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mailbox_full_of_unfetched_messages_is_named_and_so_is_the_input_that_was_not_read()
    {
        _desk.Chat.Outcome = LineState.Sent;
        for (var number = 0; number < 1000; number++)
            _desk.Chat.Send(Desk.Bob, "earlier");
        _desk.Chat.Outcome = LineState.Waiting;
        _desk.Input = string.Concat(Enumerable.Range(1, 2000).Select(number => $"{number}\n"));

        Assert.Equal(ExitCode.Failure, await GivesUpAsync(TimeSpan.FromSeconds(3), "send", "bob", "--stdin", "--timeout", "3"));
        Assert.Contains("1000 messages to fetch", _desk.Said, StringComparison.Ordinal);
        Assert.Contains("512 in the outbox", _desk.Said, StringComparison.Ordinal);
        Assert.Contains("the rest of the input was not read", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_renews_the_patience()
    {
        _desk.Chat.Outcome = LineState.Waiting;
        var sending = _desk.RunAsync("send", "bob", "hello", "--wait", "--timeout", "10");
        await Eventually.Is("it waits", () => _desk.Chat.Looks == 1);

        _desk.Time.Advance(TimeSpan.FromSeconds(6));
        _desk.Chat.Advance(LineState.Sent);
        await Eventually.Is("it has seen that", () => _desk.Chat.Looks == 2);
        _desk.Time.Advance(TimeSpan.FromSeconds(6));
        _desk.Chat.Advance(LineState.Delivered);

        Assert.Equal(ExitCode.Success, await sending);
    }

    [Fact]
    public async Task A_message_that_fails_is_told_with_its_reason()
    {
        _desk.Chat.Outcome = LineState.Failed;
        _desk.Chat.Reason = "the relay takes no message of this size";

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("send", "bob", "hello"));
        Assert.Equal("termchat: not sent: 1 of 1: the relay takes no message of this size\n", _desk.Said);
    }

    [Fact]
    public async Task A_line_that_is_too_long_fails_and_the_others_go()
    {
        _desk.Input = $"one\n{new string('x', ChatText.MaxBytes + 1)}\ntwo\n";

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("send", "bob", "--stdin"));
        Assert.Equal(["one", "two"], _desk.Chat.Sent);
        Assert.StartsWith("termchat: not sent: 1 of 3: The text is too long", _desk.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_else_who_took_over_the_identity_ends_the_waiting_at_once()
    {
        _desk.Chat.Outcome = LineState.Waiting;
        _desk.Chat.Connection = new ConnectionStatus(RelayConnectionState.Replaced, null, "Another connection registered this PeerId.");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("send", "bob", "hello"));
        Assert.Contains("Another connection", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_says_what_is_done_and_what_waits()
    {
        using var interrupt = new CancellationTokenSource();
        _desk.Chat.Outcome = LineState.Waiting;
        var sending = _desk.RunAsync(interrupt.Token, "send", "bob", "hello");
        await Eventually.Is("it is sent", () => _desk.Chat.Sent.Count == 1);

        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await sending);
        Assert.Equal("termchat: interrupted: 0 accepted, 1 in the outbox: it goes out by itself when termchat runs next\n", _desk.Said);
    }

    [Theory]
    [InlineData("carol", "there is no contact 'carol'")]
    [InlineData("tc1carol", "This is no PeerId, though it starts like one")]
    public async Task Nobody_by_that_name_is_told_with_what_to_do(string peer, string what)
    {
        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("send", peer, "hello"));
        Assert.Contains(what, _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_without_a_name_is_reached_by_the_PeerId()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("send", Desk.Stranger.Value, "hello"));
        Assert.Equal(["hello"], _desk.Chat.Sent);
    }

    private void Refuse(string reason, TimeSpan pause) => _desk.Chat.Connection = new ConnectionStatus(
        RelayConnectionState.Waiting, new Uri("ws://relay"), reason, _desk.Time.GetUtcNow() + pause);

    private async Task<int> GivesUpAsync(TimeSpan after, params string[] arguments)
    {
        var sending = _desk.RunAsync(arguments);
        await Eventually.Is("the time passes", () =>
        {
            _desk.Time.Advance(after / 4);
            return sending.IsCompleted;
        });
        return await sending;
    }
}
