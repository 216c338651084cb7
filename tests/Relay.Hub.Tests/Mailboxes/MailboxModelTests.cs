using CsCheck;
using Relay.Contracts;
using Relay.Hub.Mailboxes;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Random lives of a mailbox, held against a naive model of what was promised to its senders and its recipient, who loses what and where it is told among it.</summary>
public sealed class MailboxModelTests
{
    private const int Capacity = 5;

    // A few operations with small numbers, so that repeats, full mailboxes and windows happen all the time.
    private static readonly Gen<(int Kind, int Number)> Step = Gen.Select(Gen.Frequency(
        (9, Gen.Const(0)),      // append a new message of one of three senders
        (2, Gen.Const(1)),      // repeat an earlier one
        (2, Gen.Const(2)),      // the recipient connects, or is taken over
        (1, Gen.Const(3)),      // the recipient leaves
        (4, Gen.Const(4)),      // lease
        (4, Gen.Const(5)),      // acknowledge
        (1, Gen.Const(6)),      // time passes, and what is old expires
        (1, Gen.Const(7)),      // a sender's connection ends
        (1, Gen.Const(8))),     // others need the room that one of the senders has here
        Gen.Int[0, 1000]);

    [Fact]
    public void Nothing_is_lost_unreported_nothing_is_held_twice_and_each_sender_keeps_its_order() =>
        Step.Array[1, 120].Sample(steps => new Life().Run(steps), iter: 4000, print: Print);

    private static string Print((int Kind, int Number)[] steps) => string.Join(' ', steps.Select(step => $"{step.Kind}:{step.Number}"));

    private sealed class Life
    {
        private static readonly PeerId[] Peers = [PeerId.Parse("alice"), PeerId.Parse("bob"), PeerId.Parse("carol")];
        private readonly MailboxBox _mailbox = new(Capacity, budget: 12 * (MailboxEntry.Overhead + 4));
        private readonly TestSender[] _senders = [new(3), new(3), new(3)];
        private readonly List<MailboxEntry> _sent = [];

        // The model: what was accepted and is neither settled nor dropped, and what waits, each a plain list.
        private readonly List<int> _accepted = [];
        private readonly List<int> _waiting = [];
        private readonly Dictionary<int, long> _positions = [];
        private long _last;
        private long _settled;

        // Up to where the present connection was given messages, or told that they are lost.
        private long _told;
        private bool _attended;
        private int? _evicted;

        public void Run((int Kind, int Number)[] steps)
        {
            foreach (var (kind, number) in steps)
            {
                Do(kind, number);
                Check();
            }

            Drain();
        }

        private void Do(int kind, int number)
        {
            switch (kind)
            {
                case 0:
                    _sent.Add(new MailboxEntry(
                        Peers[number % 3], MessageId.New(), BitConverter.GetBytes(_sent.Count), _mailbox.Time.GetTimestamp()));
                    Append(_sent.Count - 1);
                    break;
                case 1 when _sent.Count > 0:
                    Append(number % _sent.Count);
                    break;
                case 2:
                    // Now and then a client says, truly or not, what it has taken.
                    var resumeFrom = number % 3 == 0 ? number % (_last + 2) : 0;
                    var wasLost = _mailbox.Box.Lost;
                    _mailbox.Attend(resumeFrom);
                    Assert.True(resumeFrom > 0 || _mailbox.Box.Lost >= wasLost, "A gap was closed that nobody acknowledged.");
                    SettleTo(_mailbox.Box.Acknowledged);
                    _attended = false;
                    CarryOut();
                    (_attended, _told) = (true, _settled);
                    break;
                case 3:
                    _mailbox.Leave();
                    _attended = false;
                    CarryOut();
                    break;
                case 4 when _mailbox.Box.Attended:
                    Lease(number);
                    break;
                case 5 when _mailbox.Box.Attended:
                    var sequence = _mailbox.Box.Acknowledged + number % 4;
                    var taken = _mailbox.Acknowledge(sequence);
                    Assert.Equal(sequence <= Math.Max(_told, NextPosition(behind: 0) - 1), taken);
                    if (taken)
                        SettleTo(sequence);
                    CarryOut();
                    break;
                case 6:
                    _mailbox.Time.Advance(MailboxBox.TimeToLive / (1 + number % 3));
                    _mailbox.Expire();
                    CarryOut();
                    break;
                case 7:
                    _mailbox.Box.ForgetWaiting(_senders[number % 3]);
                    _waiting.RemoveAll(one => SenderOf(one) == number % 3);
                    break;
                case 8:
                    _evicted = number % 3;
                    var room = 1 + (number % 400);
                    var count = _attended ? 0 : Math.Min(_accepted.Count(one => SenderOf(one) == _evicted), (room + MailboxEntry.Overhead + 3) / (MailboxEntry.Overhead + 4));
                    Assert.Equal(count * (MailboxEntry.Overhead + 4), _mailbox.Evict(Peers[number % 3], room));
                    Assert.Equal(count, _mailbox.Changes.Dropped.Count);
                    CarryOut();
                    _evicted = null;
                    break;
            }
        }

        private void Append(int message)
        {
            var outcome = _mailbox.Box.Append(_sent[message], new SendTicket(_senders[SenderOf(message)], message), _mailbox.Changes);
            if (outcome == AppendOutcome.Waiting)
                _waiting.Add(message);
            CarryOut();
            if (outcome is not (AppendOutcome.Accepted or AppendOutcome.Queued))
                return;

            Assert.Equal(_mailbox.Box.Attended, outcome == AppendOutcome.Accepted);
            if (!_accepted.Contains(message))
                Accept(message);
        }

        private void CarryOut()
        {
            // What waited is accepted first come, first served; and one is dropped to make room for one more.
            var dropped = new Queue<(MailboxEntry Entry, LossCause Cause)>(_mailbox.Changes.Dropped);
            foreach (var ticket in _mailbox.Changes.Accepted)
            {
                Assert.Equal(_waiting[0], (int)ticket.Number);
                _waiting.RemoveAt(0);
                if (_accepted.Contains((int)ticket.Number))
                    continue;

                if (_accepted.Count == Capacity)
                    Drop(dropped.Dequeue());
                Accept((int)ticket.Number);
            }

            while (dropped.TryDequeue(out var one))
                Drop(one);
            _mailbox.Changes.Clear();
        }

        private void Drop((MailboxEntry Entry, LossCause Cause) lost)
        {
            Assert.False(_attended);

            // The oldest of all expires; the oldest of whoever has the most is evicted, and of two with as many the older one.
            var victim = lost.Cause == LossCause.Expired
                ? _accepted[0]
                : _evicted is { } sender ? _accepted.First(message => SenderOf(message) == sender) : _accepted.GroupBy(SenderOf).MaxBy(share => share.Count())!.First();
            Assert.Equal(victim, BitConverter.ToInt32(lost.Entry.Payload.Span));
            _accepted.Remove(victim);
        }

        private void Accept(int message)
        {
            _accepted.Add(message);
            _positions[message] = ++_last;
        }

        private void Lease(int number)
        {
            var lost = _mailbox.Box.NextGap(out var last);
            Assert.Equal(NextPosition(behind: _told) - 1 - _told, lost);
            Assert.True(lost == 0 || last == _told + lost, "A gap is told in another place than where it is.");
            _told += lost;

            var window = 1 + number % 4;
            var batch = _mailbox.Box.Lease(new LeaseLimits(1 + number % 3, 100, window, 100), out var first);
            foreach (var delivered in batch)
            {
                Assert.Equal(++_told, first++);
                Assert.Equal(_told, _positions[BitConverter.ToInt32(delivered.Payload.Span)]);
            }

            var unacknowledged = _accepted.Count(message => _positions[message] <= _told);
            Assert.True(batch.Length == 0 || unacknowledged <= window, "More is unacknowledged than the window holds.");
        }

        /// <summary>The position of the next message that is there; behind all of them, the one that comes next.</summary>
        private long NextPosition(long behind) =>
            _accepted.Select(message => _positions[message]).Where(position => position > behind).DefaultIfEmpty(_last + 1).First();

        private void SettleTo(long sequence)
        {
            Assert.Equal(sequence, Math.Max(sequence, _settled));
            (_settled, _told) = (sequence, Math.Max(_told, sequence));
            _accepted.RemoveAll(message => _positions[message] <= sequence);
        }

        private void Check()
        {
            var mailbox = _mailbox.Box;
            Assert.Equal(_accepted.Count, mailbox.Count);
            Assert.Equal(_waiting.Count, mailbox.WaitingCount);
            Assert.Equal(_last, mailbox.Last);
            Assert.Equal(_settled, mailbox.Acknowledged);
            Assert.Equal(_last - _accepted.Count - _settled, mailbox.Lost);
            Assert.True(mailbox.Count <= Capacity, "More is accepted than the mailbox may hold.");
            Assert.True(_waiting.Count == 0 || (mailbox.Attended && mailbox.Count == Capacity), "Something waits although there is room.");
            Assert.Equal(_accepted.Count, _accepted.Distinct().Count());
            Assert.Equal((_accepted.Count + _waiting.Count) * (MailboxEntry.Overhead + 4L), _mailbox.Budget.Used);
            for (var sender = 0; sender < Peers.Length; sender++)
            {
                Assert.Equal(_waiting.Count(one => SenderOf(one) == sender), _senders[sender].Waiting);

                // Only what is for somebody who is away can be evicted for others, and so counts.
                var held = _attended ? 0 : _accepted.Count(one => SenderOf(one) == sender);
                var bytes = held == 0 ? 0 : (held * (MailboxEntry.Overhead + 4L)) + Peer.Overhead;
                Assert.Equal((bytes, 0), _mailbox.Totals.Of(Peers[sender]));
            }
        }

        /// <summary>A recipient that reads on in the end gets all there is, and nothing stays behind.</summary>
        private void Drain()
        {
            Do(2, 1);
            while (_accepted.Count > 0)
            {
                Lease(11);
                Assert.True(_mailbox.Acknowledge(_told));
                SettleTo(_told);
                CarryOut();
                Check();
            }

            Lease(11);
            Assert.True(_mailbox.Acknowledge(_last));
            Assert.Equal((0, 0), (_mailbox.Box.Lost, _mailbox.Box.Count));
            Assert.Equal(0, _mailbox.Budget.Used);
        }

        private int SenderOf(int message) => Array.IndexOf(Peers, _sent[message].Sender);
    }
}
