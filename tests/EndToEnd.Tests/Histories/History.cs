using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Histories;

/// <summary>Plays a history at a real relay and checks, at its end, what was promised.</summary>
internal sealed class History : IAsyncDisposable
{
    // So few that the bursts of two senders overflow it, and leave gaps between each other's messages.
    private const int MailboxMessages = 50;
    private static readonly PeerId[] Names = [PeerId.Parse("ann"), PeerId.Parse("ben"), PeerId.Parse("cem")];

    private readonly RelayHost _host;
    private readonly HistoryPeer[] _peers;

    private History(RelayHost host)
    {
        _host = host;
        _peers = [.. Names.Select(name => new HistoryPeer(name, host.Url))];
        foreach (var peer in _peers)
            peer.Start();
    }

    /// <param name="messagesPerSecond">What the relay takes from each peer.</param>
    public static async Task<History> StartAsync(int messagesPerSecond) => new(await RelayHost.StartAsync(
        options => (options.MailboxMessages, options.SenderMessagesPerSecond) = (MailboxMessages, messagesPerSecond)));

    public async Task PlayAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            var peer = _peers[step.Peer];
            switch (step.Happening)
            {
                case Happening.Send:
                    peer.Send(Names[(step.Peer + step.Other) % Step.Peers], step.Size);
                    break;
                case Happening.Reset:
                    peer.Reset();
                    break;
                case Happening.Cut:
                    peer.Cut();
                    break;
                case Happening.Stall:
                    peer.Stall();
                    break;
                case Happening.CutMidFrame:
                    peer.CutMidFrame(step.Size);
                    break;
                case Happening.Heal:
                    peer.Heal();
                    break;
                case Happening.Pause:
                    peer.Pause();
                    break;
                case Happening.Read:
                    peer.Read();
                    break;
                case Happening.Kill:
                    await peer.KillAsync();
                    break;
                case Happening.TakeOver:
                    await peer.TakeOverAsync();
                    break;
                case Happening.Breathe:
                    await Task.Delay(TimeSpan.FromMilliseconds(step.Size), TimeProvider.System, CancellationToken.None);
                    break;
            }

            Require(_host.MailboxBytes <= Bound, $"the relay holds {_host.MailboxBytes} bytes, more than {Bound}");
        }
    }

    /// <summary>Lets everything that is under way come to its end, and checks it.</summary>
    public async Task CheckAsync()
    {
        foreach (var peer in _peers)
            peer.Read();

        // The last message of each pair: once it is there, everything before it is, or never will be.
        var marks = new List<(HistoryPeer To, PeerId From, MessageId Id)>();
        foreach (var (from, to) in Pairs())
        {
            from.Send(to.Id, 1);
            marks.Add((to, from.Id, from.Sent.Last().Message.Id));
        }

        var settled = Task.WhenAll(_peers.Select(peer => peer.SettledAsync()));
        await HealedUntilAsync("everything handed over has an outcome", () => settled.IsCompleted);
        await HealedUntilAsync("nothing is pending", () => Pairs().All(pair => pair.From.PendingCount(pair.To.Id) == 0));
        await HealedUntilAsync("the last message of each pair has come", () => marks.All(mark => mark.To.Taken.Contains((mark.From, mark.Id))));
        foreach (var (from, to) in Pairs())
            await CheckPairAsync(from, to);

        await HealedUntilAsync("every mailbox is empty again", () => _host.MailboxBytes <= EmptyBound);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        await _host.DisposeAsync();
    }

    // For each peer: a full mailbox, what two senders' windows let wait, reports of losses, and its own overhead.
    private static long Bound => Step.Peers * (((MailboxMessages + (2 * 256)) * (16L + 160)) + (4096 * 64) + 1024);

    // Three connected peers with nothing in their mailboxes.
    private static long EmptyBound => Step.Peers * 1024;

    private async Task CheckPairAsync(HistoryPeer from, HistoryPeer to)
    {
        var sent = from.Sent.Where(one => one.Recipient == to.Id).ToArray();
        var taken = to.Taken.Where(one => one.Sender == from.Id).Select(one => one.Id).ToArray();

        Require(taken.Distinct().Count() == taken.Length && to.Repeated.IsEmpty, "a message came twice");
        var order = sent.Select((one, place) => (one.Message.Id, place)).ToDictionary(one => one.Id, one => one.place);
        Require(taken.All(order.ContainsKey), "a message came that nobody sent");
        var places = taken.Select(id => order[id]).ToArray();
        Require(places.SequenceEqual(places.Order()), $"out of order: {string.Join(' ', places)}");

        var arrived = taken.ToHashSet();
        await HealedUntilAsync(
            $"every accepted message from {from.Id} to {to.Id} has come or is reported lost",
            () => sent.All(one => arrived.Contains(one.Message.Id) || from.Lost.ContainsKey(one.Message.Id) || one.Failed is not null));
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException("A promise is broken: " + what);
    }

    /// <summary>Waits, and heals every network on the way: a cut after so many bytes may still be to come.</summary>
    private Task HealedUntilAsync(string what, Func<bool> condition) => Eventually.Is(
        what,
        () =>
        {
            foreach (var peer in _peers)
                peer.Heal();
            return condition();
        });

    private IEnumerable<(HistoryPeer From, HistoryPeer To)> Pairs() =>
        from one in _peers from other in _peers where one != other select (one, other);
}
