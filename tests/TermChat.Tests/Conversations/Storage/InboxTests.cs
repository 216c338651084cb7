using Client.Transport;
using CsCheck;
using Relay.Contracts;
using TermChat.Conversations.Storage;

namespace TermChat.Tests.Conversations.Storage;

/// <summary>What comes from a peer is shown once, in order, and nothing waits for what will never come.</summary>
public sealed class InboxTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryStore _files = new();
    private readonly MessageId _stream = MessageId.New();
    private readonly Dictionary<(MessageId, long), MessageId> _ids = [];
    private readonly PeerId _peer;

    public InboxTests()
    {
        using var key = PeerKey.Generate();
        _peer = key.PeerId;
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Messages_in_order_are_shown_as_they_come()
    {
        Assert.Equal([StoreOutcome.Shown, StoreOutcome.Shown], [Take(1), Take(2)]);
        Assert.Equal(["1", "2"], Shown());
    }

    [Fact]
    public void A_message_that_comes_twice_is_shown_once()
    {
        Take(1);

        Assert.Equal(StoreOutcome.Repeated, Take(1));
        Assert.Equal(["1"], Shown());
    }

    [Fact]
    public void A_message_that_comes_again_after_a_restart_is_known()
    {
        Take(1);
        Take(3);
        _files.Reopen();

        Assert.Equal([StoreOutcome.Repeated, StoreOutcome.Repeated], [Take(1), Take(3)]);
        Assert.Equal(["1"], Shown());
    }

    [Fact]
    public void A_message_that_overtook_another_is_shown_behind_it()
    {
        Take(1);
        Assert.Equal(StoreOutcome.Ahead, Take(3));
        Assert.Equal(StoreOutcome.Ahead, Take(4));
        Assert.Equal(["1"], Shown());

        Take(2);

        Assert.Equal(["1", "2", "3", "4"], Shown());
    }

    [Fact]
    public void The_first_message_seen_of_a_peer_can_be_a_late_one()
    {
        // The sender knows everything below 5 to be delivered, to this profile before it lost its database.
        Take(6, floor: 5);
        Assert.Empty(Shown());

        Take(5, floor: 5);

        Assert.Equal(["5", "6"], Shown());
    }

    [Fact]
    public void What_the_sender_gave_up_is_not_waited_for_and_the_loss_is_said()
    {
        Take(1);
        Take(4);

        Take(5, floor: 4);

        Assert.Equal(["1", "2 messages from this peer were lost on their way.", "4", "5"], Shown());
    }

    [Fact]
    public void A_settlement_alone_lets_go_what_waited()
    {
        Take(1);
        Take(3);

        _files.Store.Settle(_peer, _stream, floor: 3, Now);

        Assert.Equal(["1", "A message from this peer was lost on its way.", "3"], Shown());
    }

    [Fact]
    public void A_refused_message_takes_its_place_and_is_not_shown()
    {
        Take(1);
        Take(3);
        _files.Store.Take(_peer, Message(2, 1), text: null, TransportKind.Relay);

        Assert.Equal(["1", "3"], Shown());
    }

    [Fact]
    public void A_sender_that_lost_its_database_starts_over_and_nothing_is_lost()
    {
        Take(1);
        Take(3);
        var anew = MessageId.New();

        Take(1, stream: anew, text: "anew");

        Assert.Equal(["1", "3", "anew"], Shown());
    }

    [Fact]
    public void Two_devices_with_one_profile_cost_order_but_no_message()
    {
        var ids = new[] { MessageId.New(), MessageId.New() };
        Assert.Equal(StoreOutcome.Shown, _files.Store.Take(_peer, new IncomingMessage(ids[0], _stream, 1, 1, Now), "here", TransportKind.Relay));
        Assert.Equal(StoreOutcome.Shown, _files.Store.Take(_peer, new IncomingMessage(ids[1], _stream, 1, 1, Now), "there", TransportKind.Relay));

        Assert.Equal(["here", "there"], Shown());
    }

    [Fact]
    public void A_hostile_sender_cannot_fill_the_disk_with_messages_that_wait()
    {
        List<StoreOutcome> outcomes = [];
        _files.Store.Write(() => outcomes = [.. Enumerable.Range(2, 4200).Select(sequence => Take(sequence))]);

        Assert.Equal(4096, outcomes.Count(outcome => outcome == StoreOutcome.Ahead));
        Assert.Equal(104, outcomes.Count(outcome => outcome == StoreOutcome.NoRoom));
    }

    [Fact]
    public void A_text_with_any_character_in_it_is_shown_whole()
    {
        Take(1, text: "before\0after");
        Take(3, text: "\0third");
        Take(2, text: "\u202Esecond\u0007");

        Assert.Equal(["before\0after", "\u202Esecond\u0007", "\0third"], Shown());
    }

    [Fact]
    public void Whatever_the_path_does_each_message_is_shown_once_and_in_order() =>
        Gen.Shuffle(Enumerable.Range(1, 12).SelectMany(i => new[] { (long)i, i }).ToArray()).Sample(
            order =>
            {
                using var files = new TemporaryStore();
                foreach (var sequence in order)
                    files.Store.Take(_peer, Message(sequence, 1), $"{sequence}", TransportKind.Relay);
                Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i}"), files.Store.Lines(_peer, 100, null).Select(line => line.Text));
            },
            iter: 20);

    private StoreOutcome Take(long sequence, long floor = 1, MessageId? stream = null, string? text = null) =>
        _files.Store.Take(_peer, Message(sequence, floor, stream), text ?? $"{sequence}", TransportKind.Relay);

    private IncomingMessage Message(long sequence, long floor, MessageId? stream = null)
    {
        var named = stream ?? _stream;
        lock (_ids)
        {
            if (!_ids.TryGetValue((named, sequence), out var id))
                _ids.Add((named, sequence), id = MessageId.New());
            return new IncomingMessage(id, named, sequence, floor, Now);
        }
    }

    private IEnumerable<string> Shown() => _files.Store.Lines(_peer, 100, null).Select(line => line.Text);
}
