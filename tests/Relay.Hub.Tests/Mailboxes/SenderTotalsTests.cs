using CsCheck;
using Relay.Contracts;
using Relay.Hub.Mailboxes;
using Relay.Hub.Sessions;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>Who has about the most, whatever comes and goes.</summary>
public sealed class SenderTotalsTests
{
    private static readonly PeerId[] Senders = [.. Enumerable.Range(0, 6).Select(i => PeerId.Parse($"sender{i}"))];

    [Fact]
    public void The_one_found_has_nearly_the_most_and_its_oldest_share_is_named() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7], Gen.Int[0, 30_000], Gen.Int[0, 3]).Array[1, 200].Sample(steps =>
        {
            var totals = new SenderTotals();
            var mailboxes = Enumerable.Range(0, 8).Select(_ => new Place()).ToArray();
            var shares = new Dictionary<(int Sender, int Mailbox), SenderShare>();
            var order = new List<(int Sender, int Mailbox)>();
            foreach (var (sender, mailbox, bytes, kind) in steps)
            {
                if (kind > 0)
                {
                    if (!shares.TryGetValue((sender, mailbox), out var share))
                    {
                        shares[(sender, mailbox)] = share = new SenderShare(Senders[sender]);
                        order.Add((sender, mailbox));
                    }

                    share.Add(MessageId.New(), bytes);
                    totals.Add(share, mailboxes[mailbox], mailbox < 2, bytes + MailboxEntry.Overhead);
                }
                else if (shares.Remove((sender, mailbox), out var gone))
                {
                    totals.Remove(gone, mailbox < 2, gone.Cost, all: true);
                    order.Remove((sender, mailbox));
                }

                Check(totals, mailboxes, shares, order);
            }
        }, iter: 500);

    [Fact]
    public void Very_many_small_shares_weigh_more_than_one_large_one()
    {
        var totals = new SenderTotals();
        var friend = new SenderShare(PeerId.Parse("friend"));
        friend.Add(MessageId.New(), 1_000_000);
        totals.Add(friend, new Place(), isStranger: false, friend.Cost);
        for (var i = 0; i < 100_000; i++)
        {
            var share = new SenderShare(PeerId.Parse("flooder"));
            share.Add(MessageId.New(), 100);
            totals.Add(share, new Place(), isStranger: false, share.Cost);
        }

        Assert.Equal("flooder", totals.Heaviest()!.Value.Sender.Value);
    }

    [Fact]
    public void Nobody_has_anything_at_the_start() => Assert.Null(new SenderTotals().Heaviest());

    private static void Check(
        SenderTotals totals, Place[] mailboxes, Dictionary<(int Sender, int Mailbox), SenderShare> shares, List<(int Sender, int Mailbox)> order)
    {
        var sums = Senders.Select((_, sender) => shares.Where(one => one.Key.Sender == sender)
            .Sum(one => one.Value.Cost + Peer.Overhead)).ToArray();
        for (var sender = 0; sender < Senders.Length; sender++)
            Assert.Equal(sums[sender], totals.Of(Senders[sender]).Bytes);

        if (totals.Heaviest() is not var (owner, found))
        {
            Assert.Empty(shares);
            return;
        }

        var heaviest = Array.IndexOf(Senders, found);
        Assert.True(sums[heaviest] * 5 >= sums.Max() * 4, $"{sums[heaviest]} is far from {sums.Max()}");
        Assert.Same(mailboxes[order.First(one => one.Sender == heaviest).Mailbox], owner);
    }

    private sealed class Place : IMailboxOwner
    {
        public long Evict(PeerId sender, long bytes) => throw new NotSupportedException();
    }
}
