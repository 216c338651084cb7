using Relay.Contracts;
using Relay.Hub.Sessions;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Who left with nothing waiting, and is only to be told of losses: so many are remembered, and they take no room from messages.</summary>
public sealed class AbsenteeTests
{
    // An eighth of 1 MiB, at a kilobyte each.
    private const int Remembered = 128;

    private readonly TestRelay _relay = new(options => (options.MailboxesBytes, options.MailboxMessages) = (1 << 20, 10));

    private PeerDirectory Directory => _relay.Directory;

    [Fact]
    public async Task Keys_that_came_once_and_left_a_message_to_themselves_keep_nobody_from_talking()
    {
        var (alice, bob) = (await _relay.Connect("alice"), await _relay.Connect("bob"));
        for (var i = 0; i < 1100; i++)
        {
            var once = await _relay.Connect($"once-{i}");
            once.Send($"once-{i}", 1);
            await once.DisconnectAsync();
        }

        ExpireAll();

        Assert.Equal(2 * Peer.Overhead, Directory.Budget.Used);
        Assert.Equal(2 + Remembered, Directory.Count);
        await Talks(alice, bob);
    }

    [Fact]
    public async Task One_sender_that_leaves_a_message_for_each_of_them_keeps_nobody_from_talking_either()
    {
        for (var i = 0; i < 1100; i++)
            await ComeAndGo($"once-{i}");
        var (alice, bob) = (await _relay.Connect("alice"), await _relay.Connect("bob"));
        var mallory = await _relay.Connect("mallory");

        for (var i = 0; i < 1100; i++)
            mallory.Send($"once-{i}", 1);

        Assert.Empty(mallory.Told.OfType<RelayError>());
        Assert.InRange(Directory.Budget.Used, 1 << 19, 1 << 20);
        await Talks(alice, bob);

        ExpireAll();
        Assert.Equal(3 * Peer.Overhead, Directory.Budget.Used);
        Assert.Equal(3 + Remembered, Directory.Count);
    }

    [Fact]
    public async Task What_a_sender_is_to_be_told_is_kept_when_very_many_others_missed_something()
    {
        await ComeAndGo("bob");
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        await alice.DisconnectAsync();
        ExpireAll();

        await LoseOneForEachOf("once", 2 * Remembered, known: true);

        alice = await _relay.Connect("alice");
        Assert.Equal(("bob", 1L), await alice.Sees<Dropped>() is { } told ? (told.To, told.Count) : default);
    }

    [Fact]
    public async Task What_somebody_missed_is_kept_when_very_many_did_who_were_never_here()
    {
        await ComeAndGo("bob");
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        ExpireAll();

        await LoseOneForEachOf("nobody", 2 * Remembered, known: false);

        Assert.Equal(1, (await (await _relay.Connect("bob")).Sees<Missed>()).Count);
    }

    [Fact]
    public async Task The_oldest_is_forgotten_first_and_its_positions_are_not_used_again()
    {
        await LoseOneForEachOf("first", 1, known: true);
        await LoseOneForEachOf("once", Remembered - 1, known: true);
        Assert.NotNull(Directory.Find("first-0"));

        await LoseOneForEachOf("last", 1, known: true);

        Assert.Null(Directory.Find("first-0"));
        Assert.NotNull(Directory.Find("once-0"));
        Assert.NotNull(Directory.Find("last-0"));

        var alice = await _relay.Connect("alice");
        alice.Send("first-0", 7);
        var first = await _relay.Connect("first-0");
        Assert.True((await first.Sees<Delivery>()).First > 1, "The position of the lost message is used again.");
        Assert.Empty(first.Told.OfType<Missed>());
    }

    [Fact]
    public async Task Who_is_written_to_again_counts_with_the_mailboxes_again()
    {
        await LoseOneForEachOf("once", 1, known: true);
        var alice = await _relay.Connect("alice");
        var before = Directory.Budget.Used;

        alice.Send("once-0", 2);
        Assert.InRange(Directory.Budget.Used - before, Peer.Overhead + 1, 2 * Peer.Overhead);

        var once = await _relay.Connect("once-0");
        once.Acknowledge((await once.Sees<Delivery>()).First);
        await once.DisconnectAsync();
        Assert.Equal(before, Directory.Budget.Used);
    }

    [Fact]
    public async Task A_sender_that_left_is_remembered_for_its_losses_and_takes_no_room_for_it()
    {
        await ComeAndGo("bob");
        var alice = await _relay.Connect("alice");
        alice.Send("bob", 1);
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        await alice.DisconnectAsync();
        Assert.Null(Directory.Find("alice"));

        // Its mailbox is full, and alice's message the oldest: the loss brings her peer back.
        for (var i = 0; i < 10; i++)
        {
            var other = await _relay.Connect($"other-{i}");
            other.Send("bob", 2);
            await other.DisconnectAsync();
        }

        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        Directory.Sweep();

        Assert.NotNull(Directory.Find("alice"));
        Assert.Equal(2, Directory.Count);
        Assert.InRange(Directory.Budget.Used, Peer.Overhead, 3 * Peer.Overhead);
    }

    private async Task LoseOneForEachOf(string name, int count, bool known)
    {
        for (var i = 0; known && i < count; i++)
            await ComeAndGo($"{name}-{i}");
        var sender = await _relay.Connect("sender");
        for (var i = 0; i < count; i++)
            sender.Send($"{name}-{i}", 1);
        ExpireAll();

        // It takes what it is told, and so is no absentee itself.
        for (var told = 0L; told < count;)
        {
            await Eventually.Is("the next losses are told", () => LossesOf(sender) > told);
            told = LossesOf(sender);
            sender.Acknowledge(0, sender.Told.OfType<Dropped>().Max(one => one.Report));
        }

        await sender.DisconnectAsync();
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        Directory.Sweep();
    }

    private static long LossesOf(TestConnection sender) => sender.Told.OfType<Dropped>().Sum(one => one.Count);

    private void ExpireAll()
    {
        _relay.Time.Advance(Directory.Options.MailboxTimeToLive);
        Directory.Sweep();
    }

    private async Task ComeAndGo(string peer) => await (await _relay.Connect(peer)).DisconnectAsync();

    private static async Task Talks(TestConnection from, TestConnection to)
    {
        var name = to.Session.Peer!.Id.Value;
        for (byte i = 1; i <= 10; i++)
            from.Send(name, i);
        await Eventually.Is("all ten are there", () => to.Delivered.Count() == 10);
        Assert.Empty(from.Told.OfType<RelayError>());
        to.Acknowledge(to.Told.OfType<Delivery>().Max(one => one.First + one.Messages!.Count - 1));
    }
}
