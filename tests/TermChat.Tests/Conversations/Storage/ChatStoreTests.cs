using Client.Transport;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Conversations.Storage;
using TermChat.Identity;

namespace TermChat.Tests.Conversations.Storage;

/// <summary>What the profile remembers.</summary>
public sealed class ChatStoreTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryStore _files = new();
    private readonly PeerId _bob = NewPeer();
    private readonly PeerId _carol = NewPeer();

    private ChatStore Store => _files.Store;

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_message_is_in_the_outbox_until_it_is_delivered_across_restarts()
    {
        var line = Store.Add(_bob, "hello", Now);
        var second = Store.Add(_bob, "again", Now);
        Store.SetState(line.Number, LineState.Sent, TransportKind.Relay, null);
        _files.Reopen();

        Assert.Equal([("hello", LineState.Sent, 1L), ("again", LineState.Waiting, 2L)], Store.Outbox(0).Select(message => (message.Text, message.State, message.Sequence)));
        Assert.Equal(second.Id, Store.Outbox(line.Number).Single().Id);

        Store.SetDelivered(line.Number);

        Assert.Equal(["again"], Store.Outbox(0).Select(message => message.Text));
        Assert.Equal((LineState.Delivered, TransportKind.Relay), Store.Lines(_bob, 10, null).Select(shown => (shown.State, shown.Path)).First());
    }

    [Fact]
    public void What_is_delivered_does_not_go_back_when_a_late_answer_comes()
    {
        var line = Store.Add(_bob, "hello", Now);
        Store.SetDelivered(line.Number);

        Store.SetState(line.Number, LineState.Sent, TransportKind.Relay, null);

        Assert.Equal(LineState.Delivered, Store.Line(line.Number)!.State);
    }

    [Fact]
    public void A_line_whose_acknowledgement_overtook_the_transports_answer_still_tells_its_path()
    {
        var line = Store.Add(_bob, "hello", Now);
        Store.SetDelivered(line.Number);

        Store.SetState(line.Number, LineState.Sent, TransportKind.Relay, null);

        Assert.Equal((LineState.Delivered, TransportKind.Relay), (Store.Line(line.Number)!.State, Store.Line(line.Number)!.Path));
    }

    [Fact]
    public void A_change_that_fails_half_way_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(() => Store.Write(() =>
        {
            Store.Add(_bob, "hello", Now);
            throw new InvalidOperationException();
        }));

        Assert.Empty(Store.Conversations());
        Assert.Equal(1, Store.Add(_bob, "first after all", Now) is { } line ? Store.Outbox(line.Number - 1).Single().Sequence : 0);
    }

    [Fact]
    public void History_is_read_backwards_in_pages()
    {
        foreach (var text in new[] { "1", "2", "3", "4", "5" })
            Store.Add(_bob, text, Now);
        Store.Add(_carol, "other", Now);

        var last = Store.Lines(_bob, 2, null);
        var before = Store.Lines(_bob, 2, last[0].Number);

        Assert.Equal(["4", "5"], last.Select(line => line.Text));
        Assert.Equal(["2", "3"], before.Select(line => line.Text));
        Assert.Empty(Store.Lines(_bob, 2, Store.Lines(_bob, 100, null)[0].Number));
    }

    [Fact]
    public void Conversations_come_with_the_latest_first_their_names_and_what_is_unread()
    {
        Store.Name(_carol, "carol");
        var nobody = NewPeer();
        Store.Name(nobody, "Anna");
        Receive(_bob, "hi");
        Receive(_bob, "there");
        Store.Add(_carol, "hello", Now);

        Assert.Equal(
            [(_carol, "carol", 0, "hello"), (_bob, null, 2, "there"), (nobody, "Anna", 0, null)],
            Store.Conversations().Select(c => (c.Peer, c.Name, c.Unread, c.Last?.Text)));

        Assert.True(Store.MarkSeen(_bob));
        Assert.False(Store.MarkSeen(_bob));
        Assert.All(Store.Conversations(), conversation => Assert.Equal(0, conversation.Unread));
    }

    [Fact]
    public void What_nobody_has_seen_is_listed_until_it_is_marked_also_after_a_restart()
    {
        Receive(_bob, "one");
        Receive(_carol, "two");
        Store.Add(_bob, "mine", Now);
        var unseen = Store.Unseen(10);
        Assert.Equal(["one", "two"], unseen.Select(line => line.Text));

        _files.Reopen();
        Store.MarkSeen(unseen.Take(1));

        Assert.Equal(["two"], Store.Unseen(10).Select(line => line.Text));
    }

    [Fact]
    public void A_contact_has_one_name_and_a_name_one_contact_whatever_its_case()
    {
        Store.Name(_bob, "Bob");

        Assert.Equal(_bob, Store.Find("bob"));
        Assert.Equal(_bob, Store.Find(_bob.Value));
        Assert.Contains("another contact", Assert.Throws<ArgumentException>(() => Store.Name(_carol, "BOB")).Message, StringComparison.Ordinal);

        Store.Name(_bob, "robert");

        Assert.Null(Store.Find("bob"));
        Assert.Equal([new Contact("robert", _bob)], Store.Contacts());
        Assert.True(Store.Forget("ROBERT"));
        Assert.False(Store.Forget("robert"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tc1bob")]
    [InlineData("-bob")]
    [InlineData("bob\u001b[2J")]
    public void What_is_no_name_is_refused_and_says_why(string name) =>
        Assert.Contains("letters, digits", Assert.Throws<ArgumentException>(() => Store.Name(_bob, name)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_plain_name_can_be_no_contact() =>
        Assert.Contains("key", Assert.Throws<ArgumentException>(() => Store.Name(PeerId.Parse("bob"), "bob")).Message, StringComparison.Ordinal);

    [Fact]
    public void Another_process_of_the_profile_is_noticed_and_this_one_is_not()
    {
        using var other = ChatStore.Open(_files.Path);
        var before = Store.Version;
        Store.Add(_bob, "own", Now);
        Assert.Equal(before, Store.Version);

        other.Add(_bob, "from there", Now);

        Assert.NotEqual(before, Store.Version);
        Assert.Equal(["own", "from there"], Store.Outbox(0).Select(message => message.Text));
    }

    [Fact]
    public void Only_its_owner_may_read_the_database()
    {
        if (OperatingSystem.IsWindows())
            return;

        Store.Add(_bob, "secret", Now);

        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_files.Path)!))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public void A_file_that_is_no_database_is_left_alone_with_a_clear_error()
    {
        File.WriteAllText(_files.Path, new string('x', 5000));

        var wrong = Assert.Throws<SetupException>(() => ChatStore.Open(_files.Path));

        Assert.Contains(_files.Path, wrong.Message, StringComparison.Ordinal);
        Assert.Equal(5000, new FileInfo(_files.Path).Length);
    }

    [Fact]
    public void A_database_of_a_later_version_is_left_alone()
    {
        using (var database = Database.Open(_files.Path))
            database.Execute("PRAGMA user_version = 99");

        Assert.Contains("version 99", Assert.Throws<SetupException>(() => ChatStore.Open(_files.Path)).Message, StringComparison.Ordinal);
    }

    private void Receive(PeerId from, string text) =>
        Store.Take(from, new IncomingMessage(MessageId.New(), MessageId.New(), 1, 1, Now), text, TransportKind.Relay);

    private static PeerId NewPeer()
    {
        using var key = PeerKey.Generate();
        return key.PeerId;
    }
}
