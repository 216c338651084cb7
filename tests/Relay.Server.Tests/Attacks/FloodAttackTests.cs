using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.SignalR.Client;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>What somebody can do who sends to PeerIds that never come: the mailboxes stay within their budget, and what others sent stays there.</summary>
public sealed class FloodAttackTests(ITestOutputHelper output)
{
    private const int PayloadBytes = 65_536;

    // So many of an attacker's PeerIds as it takes to fill the budget: each may have so much with strangers and no more.
    private const int PerFlooder = 250;

    [Fact]
    public async Task Invented_PeerIds_flooded_with_64_KiB_messages_stay_inside_the_budget_and_push_out_nothing_of_others()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        var invented = AttackSize.Of(2000, 100_000);
        var budget = AttackSize.Of(64 << 20, 512 << 20);

        // What docs/operating.md says to give to a relay with this budget.
        var limit = (3L * budget) + (128 << 20);
        await using var relay = await ServerProcess.StartLimited(limit, $"MailboxesBytes={budget}");
        var memory = relay.Megabytes;
        await using (var gone = await new RawPeer(relay.Url).Enter("carol"))
            await gone.Leave();
        await using var friend = await new RawPeer(relay.Url).Enter("friend");
        var texts = Enumerable.Range(1, 10).Select(number => $"{number}").ToArray();
        await friend.Send("carol", texts);
        await friend.SeesAnswers(10);

        var (peak, held, accepted, refused, lost) = (memory, 0L, 0L, 0L, 0L);
        using var attack = new CancellationTokenSource();
        var watch = Task.Run(async () =>
        {
            while (!attack.IsCancellationRequested)
            {
                (peak, held) = (Math.Max(peak, relay.Megabytes), Math.Max(held, await relay.MailboxBytes()));
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);
        var start = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, invented / PerFlooder), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (flooder, _) =>
        {
            await using var mallory = await new RawPeer(relay.Url).Enter($"mallory-{flooder}");
            for (var i = 0; i < PerFlooder; i++)
            {
                await mallory.Send($"nobody-{flooder}-{i}", new byte[PayloadBytes]);

                // As much at once as the relay lets anybody have without an answer.
                var sent = i + 1;
                if (sent % 10 == 0)
                    await Eventually.Is("there are answers", () => mallory.AnsweredYes.Count + mallory.All<RelayError>().Count == sent);
            }

            Interlocked.Add(ref accepted, mallory.AnsweredYes.Count);
            Interlocked.Add(ref refused, mallory.All<RelayError>().Count);
            Interlocked.Add(ref lost, mallory.All<Dropped>().Sum(dropped => dropped.Count));
        });
        await attack.CancelAsync();
        await watch;
        var took = TimeProvider.System.GetElapsedTime(start);

        Assert.Equal(invented, accepted + refused);
        Assert.True(accepted * PayloadBytes > budget, "The budget was never full.");
        Assert.True(lost > 0, "Nothing was evicted.");
        Assert.InRange(held, budget / 2, budget);
        Assert.True(peak * 1e6 < limit, $"The process had {peak:0} MB of memory, more than the {limit / 1e6:0} MB that the documentation says are enough.");
        Assert.Empty(friend.All<Dropped>());
        await using var carol = await new RawPeer(relay.Url).Enter("carol");
        await carol.SeesTexts(texts);
        Assert.Empty(carol.All<Missed>());

        await relay.EndTalk();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{invented} invented PeerIds, 64 KiB to each, from {invented / PerFlooder} senders in {took.TotalSeconds:0} s: {accepted} accepted, {refused} refused, " +
            $"{lost} already told lost to connected senders; budget {budget / 1e6:0} MB, held {held / 1e6:0} MB at the peak, memory limit {limit / 1e6:0} MB, memory {memory:0} MB before, {peak:0} MB at the peak, {relay.Megabytes:0} MB after; " +
            $"{relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    [Fact]
    public async Task Losses_that_nobody_acknowledges_stay_inside_a_budget_of_their_own_and_every_one_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads the memory of a process from /proc.");
        const int each = 4500;
        var senders = AttackSize.Of(20, 300);
        var budget = AttackSize.Of(16 << 20, 32 << 20);

        // What docs/operating.md says to give to a relay with this budget. The process ends if its objects take more than three quarters of that.
        var limit = (3L * budget) + (128 << 20);
        await using var relay = await ServerProcess.StartLimited(limit, $"MailboxesBytes={budget}");
        var memory = relay.Megabytes;
        await using (var gone = await new RawPeer(relay.Url).Enter("carol"))
            await gone.Leave();
        var start = TimeProvider.System.GetTimestamp();
        var (accepted, refused, peak) = (0L, 0L, memory);

        // A key for each message: nothing an attacker can write to costs the relay more for its reports. Who has sent leaves, and acknowledges none of them.
        await Parallel.ForEachAsync(Enumerable.Range(0, senders), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (sender, _) =>
        {
            await using var mallory = await new RawPeer(relay.Url).Enter($"mallory-{sender}");
            for (var i = 0; i < each; i += 100)
                await mallory.Send([.. Enumerable.Range(0, 100).Select(_ => RawPeer.Message(InventedKey(), new byte[8]))]);
            await Eventually.Is(
                "there are answers", () => mallory.AnsweredYes.Count + mallory.All<RelayError>().Count == each);
            Interlocked.Add(ref accepted, mallory.AnsweredYes.Count);
            Interlocked.Add(ref refused, mallory.All<RelayError>().Count);
            lock (relay)
                peak = Math.Max(peak, relay.Megabytes);
        });
        var took = TimeProvider.System.GetElapsedTime(start);
        var held = await relay.MailboxBytes();
        await relay.EndTalk();

        // There is room for everybody else.
        Assert.Equal(0, refused);
        Assert.InRange(held, budget / 2, budget);
        await using (var friend = await new RawPeer(relay.Url).Enter("friend"))
        {
            await friend.Send("carol", "1", "2", "3");
            await friend.SeesAnswers(3);
        }

        // They come after all. Of every loss they are told, and of so many which messages they were as fit into the reports' budget, of 420 bytes for each.
        var (ids, lost) = (0L, 0L);
        var back = await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => ComeForReports(relay.Url, $"mallory-{sender}", dropped =>
        {
            Interlocked.Add(ref ids, dropped.Ids!.Count);
            Interlocked.Add(ref lost, dropped.Count);
        })));

        // All but the friend's three.
        var waiting = await relay.MailboxMessages() - 3;
        await Eventually.Is("every message is reported, or still there", () => Interlocked.Read(ref lost) + waiting >= accepted);
        foreach (var peer in back)
            await peer.DisposeAsync();

        Assert.Equal(accepted, lost + waiting);
        Assert.InRange(ids, 1, budget / 4 / 420);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{senders} senders, {each} messages of 8 bytes from each, every one to another invented key, in {took.TotalSeconds:0} s: {accepted} accepted, {waiting} still there, {lost} lost and reported, " +
            $"{ids} of them by their ids; budget {budget / 1e6:0.0} MB and a quarter of it for reports, held {held / 1e6:0.0} MB; memory limit {limit / 1e6:0} MB, memory {memory:0} MB before, {peak:0} MB at the peak; " +
            $"{relay.Exchanged} messages of others meanwhile, the slowest took {relay.Slowest.TotalMilliseconds:0} ms"));
    }

    private static string InventedKey()
    {
        var key = RandomNumberGenerator.GetBytes(PeerKey.Length);

        // Below 2^255 - 19, as every key is written.
        key[^1] &= 0x3f;
        Assert.True(PeerId.TryFromPublicKey(key, out var peer));
        return peer.Value;
    }

    /// <summary>Registers, and acknowledges each report as it comes.</summary>
    private static async Task<RawPeer> ComeForReports(Uri relay, string name, Action<Dropped> told)
    {
        var peer = new RawPeer(relay);
        peer.Connection.On<Dropped>(nameof(IRelayClient.Dropped), async dropped =>
        {
            told(dropped);
            await peer.Acknowledge(0, dropped.Report);
        });
        return await peer.Enter(name);
    }
}
