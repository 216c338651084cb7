using CsCheck;
using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Random lives of a mailbox, held against a naive model of what was promised to its senders and its recipient.</summary>
public sealed class MailboxModelTests
{
    private const int Capacity = 5;

    // A few operations with small numbers, so that repeats, full mailboxes and windows happen all the time.
    private static readonly Gen<(int Kind, int Number)> Step = Gen.Select(Gen.Frequency(
        (8, Gen.Const(0)),      // append a new message of one of three senders
        (2, Gen.Const(1)),      // repeat an earlier one
        (2, Gen.Const(2)),      // the recipient connects, or is taken over
        (1, Gen.Const(3)),      // the recipient leaves
        (4, Gen.Const(4)),      // lease
        (4, Gen.Const(5)),      // acknowledge
        (1, Gen.Const(6)),      // time passes, and what is old expires
        (1, Gen.Const(7))),     // a sender's connection ends
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
        private long _leasedTo;

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
                    _leasedTo = 0;
                    CarryOut();
                    break;
                case 3:
                    _mailbox.Leave();
                    _leasedTo = 0;
                    CarryOut();
                    break;
                case 4 when _mailbox.Box.Attended:
                    Lease(number);
                    break;
                case 5 when _mailbox.Box.Attended:
                    var sequence = _mailbox.Box.Acknowledged + number % 4;
                    var taken = _mailbox.Acknowledge(sequence);
                    Assert.Equal(sequence <= Math.Max(_leasedTo, _last - _accepted.Count), taken);
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
            // What waited is accepted first come, first served; what is dropped is always the oldest, to make room for one more.
            var dropped = new Queue<MailboxEntry>(_mailbox.Changes.Dropped.Select(one => one.Entry));
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

            while (dropped.TryDequeue(out var entry))
                Drop(entry);
            _mailbox.Changes.Clear();
        }

        private void Drop(MailboxEntry entry)
        {
            Assert.Equal(0, _leasedTo);
            Assert.Equal(_accepted[0], BitConverter.ToInt32(entry.Payload.Span));
            _accepted.RemoveAt(0);
        }

        private void Accept(int message)
        {
            _accepted.Add(message);
            _positions[message] = ++_last;
        }

        private void Lease(int number)
        {
            var window = 1 + number % 4;
            var batch = _mailbox.Box.Lease(new LeaseLimits(1 + number % 3, 100, window, 100), out var first);
            foreach (var delivered in batch)
            {
                var message = BitConverter.ToInt32(delivered.Payload.Span);
                Assert.Equal(_positions[message], first);
                Assert.Equal(_accepted[(int)(first - (_last - _accepted.Count) - 1)], message);
                Assert.True(first > _leasedTo, "One connection was given a message twice.");
                _leasedTo = first++;
            }

            Assert.True(batch.Length == 0 || _leasedTo - (_last - _accepted.Count) <= window, "More is unacknowledged than the window holds.");
        }

        private void SettleTo(long sequence)
        {
            Assert.Equal(sequence, Math.Max(sequence, _settled));
            _settled = sequence;
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
                Assert.Equal(_waiting.Count(one => SenderOf(one) == sender), _senders[sender].Waiting);
        }

        /// <summary>A recipient that reads on in the end gets all there is, and nothing stays behind.</summary>
        private void Drain()
        {
            Do(2, 1);
            while (_accepted.Count > 0)
            {
                Lease(11);
                Assert.True(_mailbox.Acknowledge(_leasedTo));
                SettleTo(_leasedTo);
                CarryOut();
                Check();
            }

            Assert.Equal(0, _mailbox.Budget.Used);
            Assert.Equal(0, _mailbox.Box.Lost * _mailbox.Box.Count);
        }

        private int SenderOf(int message) => Array.IndexOf(Peers, _sent[message].Sender);
    }
}
