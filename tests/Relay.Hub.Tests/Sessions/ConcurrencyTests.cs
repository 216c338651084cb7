using System.Collections.Concurrent;
using Relay.Contracts;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Many threads at once: senders, recipients that come, go and are taken over, and the sweeper behind them all.</summary>
public sealed class ConcurrencyTests
{
    private const int MessagesEach = 1500;

    // Large enough that a quarter of what fills the mailboxes has room for the ids of all that can be lost at once, about 200:
    // beyond that, only how many were lost would be known.
    private static readonly byte[] Payload = new byte[4000];
    private static readonly string[] Senders = ["alice", "bob", "carol"];
    private static readonly string[] Recipients = ["xenia", "yves", "zoe"];

    private TestRelay _relay = NewRelay(512 << 20);
    private readonly ConcurrentDictionary<string, Inbox> _inboxes = new(Recipients.Select(name => KeyValuePair.Create(name, new Inbox())));
    private readonly ConcurrentDictionary<(string, Guid), bool> _dropped = new();
    private volatile bool _sendersDone;

    [Theory]
    [InlineData(512 << 20)]
    [InlineData(112 * 4160)]
    public async Task Whatever_interleaves_every_accepted_message_is_delivered_in_order_or_reported_and_nothing_leaks(long allMailboxes)
    {
        _relay = NewRelay(allMailboxes);
        var sweeper = Task.Run(() =>
        {
            while (!_sendersDone)
                _relay.Directory.Sweep();
        }, TestContext.Current.CancellationToken);
        var recipients = Recipients.Select((name, i) => Task.Run(() => Receive(name, new Random(i)), TestContext.Current.CancellationToken)).ToArray();
        var accepted = await Task.WhenAll(Senders.Select((name, i) => Task.Run(() => Send(name, new Random(100 + i)), TestContext.Current.CancellationToken)));
        _sendersDone = true;
        await Task.WhenAll([sweeper, .. recipients]);

        foreach (var (sender, sent) in Senders.Zip(accepted))
        {
            await TakeReports(sender);
            foreach (var (recipient, inbox) in _inboxes)
                inbox.CheckOrder(sender, sent.Where(one => one.To == recipient).Select(one => one.Id).ToArray(), id => _dropped.ContainsKey((recipient, id)));
        }

        _relay.Directory.Sweep();
        Assert.Equal((0, 0), (_relay.Sessions.ConnectedPeers, _relay.Sessions.OpenConnections));
        Assert.Equal((0, 0L), (_relay.Directory.Count, _relay.Directory.Budget.Used));
    }

    [Fact]
    public async Task Connections_that_break_while_they_register_leave_nothing_behind_whoever_takes_over_meanwhile()
    {
        for (var round = 0; round < 500; round++)
        {
            var (one, other, third) = (_relay.Connect(), _relay.Connect(), _relay.Connect());
            await Task.WhenAll(
                Task.Run(() => one.Register("alice"), TestContext.Current.CancellationToken),
                Task.Run(one.DisconnectAsync, TestContext.Current.CancellationToken),
                Task.Run(() => other.Register("alice"), TestContext.Current.CancellationToken),
                Task.Run(() => third.Register("alice"), TestContext.Current.CancellationToken),
                Task.Run(third.DisconnectAsync, TestContext.Current.CancellationToken),
                Task.Run(_relay.Directory.Sweep, TestContext.Current.CancellationToken));
            Assert.InRange(_relay.Sessions.ConnectedPeers, 0, 1);

            await Task.WhenAll(one.DisconnectAsync(), other.DisconnectAsync(), third.DisconnectAsync());
            Assert.Equal((0, 0), (_relay.Sessions.ConnectedPeers, _relay.Sessions.OpenConnections));
            Assert.Equal((0, 0L), (_relay.Directory.Count, _relay.Directory.Budget.Used));
        }
    }

    /// <summary>Sends in batches, each answered before the next; after a takeover in the middle, what has no answer again.</summary>
    private async Task<List<(string To, Guid Id)>> Send(string name, Random random)
    {
        var sent = new List<(string To, Guid Id)>();
        var connection = await _relay.Connect(name);
        while (sent.Count < MessagesEach)
        {
            List<(string To, Guid Id)> batch = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => (Recipients[random.Next(3)], Guid.NewGuid()))];
            sent.AddRange(batch);
            var unanswered = batch;
            while (unanswered.Count > 0)
            {
                var first = connection.Reserve(unanswered.Count);
                connection.Send(first, [.. unanswered.Select(one => new OutboundMessage { To = one.To, Id = new MessageId(one.Id), Payload = Payload })]);
                if (random.Next(8) == 0)
                {
                    var next = await _relay.Connect(name);
                    await Eventually.Is("the replaced connection is closed", () => connection.IsClosed);
                    sent.RemoveAll(unanswered.Where((_, i) => connection.IsRefused(first + i)).Contains);
                    unanswered = [.. unanswered.Where((_, i) => !connection.HasAnswer(first + i) && !connection.IsRefused(first + i))];
                    NoteReports(connection, acknowledge: false);
                    connection = next;
                }
                else
                {
                    var (present, all) = (connection, unanswered.Count);
                    await Eventually.Is(
                        "every message has an answer", () => Enumerable.Range(0, all).All(i => present.HasAnswer(first + i) || present.IsRefused(first + i)));
                    sent.RemoveAll(unanswered.Where((_, i) => present.IsRefused(first + i)).Contains);
                    unanswered = [];
                }
            }

            NoteReports(connection, acknowledge: true);
        }

        await connection.DisconnectAsync();
        NoteReports(connection, acknowledge: false);
        return sent;
    }

    /// <summary>Takes messages until the senders are done and nothing is left: now and then away, taken over, or slow to acknowledge.</summary>
    private async Task Receive(string name, Random random)
    {
        var inbox = _inboxes[name];
        while (!_sendersDone)
        {
            var connection = await _relay.Connect(name);
            for (var turn = random.Next(1, 30); turn > 0; turn--)
            {
                inbox.Take(connection, acknowledge: random.Next(3) > 0);
                await Task.Yield();
            }

            // Sometimes it is simply replaced by the next turn's connection, and the relay closes it.
            if (random.Next(2) == 0)
                await connection.DisconnectAsync();
            inbox.Take(connection, acknowledge: false);
        }

        // A last word to itself: once it is here, everything before it is too.
        var reader = await _relay.Connect(name);
        reader.Send(name, 1);
        await Eventually.Is("all that waited is delivered", () => inbox.Take(reader, acknowledge: true).Has(name));
        await reader.DisconnectAsync();
    }

    private async Task TakeReports(string sender)
    {
        for (var before = -1; before != _dropped.Count;)
        {
            before = _dropped.Count;
            var connection = await _relay.Connect(sender);
            connection.Send(1, new OutboundMessage { To = sender, Id = MessageId.New() });
            connection.Acknowledge((await connection.Sees<Delivery>()).First);
            NoteReports(connection, acknowledge: true);
            await connection.DisconnectAsync();
        }
    }

    private void NoteReports(TestConnection connection, bool acknowledge)
    {
        foreach (var report in connection.Told.OfType<Dropped>())
        {
            Assert.Equal(report.Count, report.Ids!.Count);
            foreach (var id in report.Ids)
                _dropped[(report.To, new Guid(id.Span, bigEndian: true))] = true;
            if (acknowledge)
                connection.Acknowledge(0, report.Report);
        }
    }

    private static TestRelay NewRelay(long allMailboxes) => new(
        options => (options.MailboxMessages, options.SendWindowMessages, options.MailboxesBytes) = (40, 32, allMailboxes), TimeProvider.System);

    private sealed class Inbox
    {
        private readonly Dictionary<string, List<Guid>> _from = [];
        private readonly HashSet<(string, Guid)> _seen = [];

        public bool Has(string sender) => _from.ContainsKey(sender);

        public Inbox Take(TestConnection connection, bool acknowledge)
        {
            long last = 0;
            foreach (var told in connection.Told)
            {
                last = told switch
                {
                    Missed missed => missed.Sequence,
                    Delivery delivery => delivery.First + delivery.Messages!.Count - 1,
                    _ => last,
                };
                foreach (var message in (told as Delivery)?.Messages ?? [])
                {
                    var id = message.Id.Value;
                    if (!_seen.Add((message.From!, id)))
                        continue;
                    if (!_from.TryGetValue(message.From!, out var from))
                        _from[message.From!] = from = [];
                    from.Add(id);
                }
            }

            if (acknowledge && last > 0)
                connection.Acknowledge(last);
            return this;
        }

        public void CheckOrder(string sender, Guid[] accepted, Func<Guid, bool> wasReported)
        {
            var received = _from.GetValueOrDefault(sender, []);
            Assert.Equal(accepted.Where(received.ToHashSet().Contains), received);
            Assert.All(accepted.Except(received), id => Assert.True(wasReported(id), "A message was lost, and its sender was not told."));
        }
    }
}
