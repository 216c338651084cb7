using Client.Transport.Loopback;
using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TestKit;

namespace TermChat.Tests.Conversations;

/// <summary>A path may lose, repeat, reorder and damage what it carries, and both programs may restart: each line is shown once, in order, in the end.</summary>
public sealed class ChatOverBadPathsTests
{
    private enum Step
    {
        AliceSends,
        BobSends,
        AliceRestarts,
        BobRestarts,
        TimePasses,
    }

    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (8, Gen.Const(Step.AliceSends)), (8, Gen.Const(Step.BobSends)), (1, Gen.Const(Step.AliceRestarts)), (1, Gen.Const(Step.BobRestarts)), (3, Gen.Const(Step.TimePasses)));

    [Fact]
    public Task Every_line_arrives_once_and_in_order_whatever_the_path_did() =>
        Gen.Select(AnyStep.Array[5, 40], Gen.Int).SampleAsync((steps, seed) => RunAsync(steps, seed), iter: 25, threads: 2);

    [Fact]
    public async Task A_relay_that_turns_a_bit_in_everything_gets_nothing_shown_and_when_it_is_honest_again_nothing_is_lost()
    {
        var network = new LoopbackNetwork();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        using var logs = new LogVerifier();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(logs));
        await using var alice = new Person();
        await using var bob = new Person(loggers);
        var path = new UnreliableTransport(network.Join(alice.PeerId), seed: 5, damagesAll: true);
        alice.Start(path, time);
        bob.Start(network.Join(bob.PeerId), time);

        var texts = Enumerable.Range(1, 20).Select(number => $"{number}").ToArray();
        foreach (var text in texts)
            alice.Chat.Send(bob.PeerId, text);
        await Eventually.Is("bob has refused them all", () => logs.Entries.Count(entry => entry.Id.Id == 4100) >= texts.Length);
        Assert.Empty(bob.Chat.Conversations());

        path.Repair();
        await Eventually.Is("everything is delivered", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return alice.HasDelivered(bob, texts.Length);
        });
        Assert.Equal(texts, bob.Received(alice));
    }

    private static async Task RunAsync(Step[] steps, int seed)
    {
        var network = new LoopbackNetwork();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        var seeds = new Random(seed);
        await using var alice = new Person();
        await using var bob = new Person();
        var paths = new Dictionary<Person, UnreliableTransport>();
        Start(alice);
        Start(bob);
        var (fromAlice, fromBob) = (new List<string>(), new List<string>());
        foreach (var (step, at) in steps.Select((step, at) => (step, at)))
            await TakeAsync(step, at);

        foreach (var path in paths.Values)
            path.Repair();

        // One more from each: the last word may be what was lost.
        await TakeAsync(Step.AliceSends, steps.Length);
        await TakeAsync(Step.BobSends, steps.Length);
        await Eventually.Is("everything is delivered", () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return alice.HasDelivered(bob, fromAlice.Count) && bob.HasDelivered(alice, fromBob.Count);
        });
        Assert.Equal(fromAlice, bob.Received(alice));
        Assert.Equal(fromBob, alice.Received(bob));

        void Start(Person person) => person.Start(paths[person] = new UnreliableTransport(network.Join(person.PeerId), seeds.Next()), time);

        async Task TakeAsync(Step step, int at)
        {
            switch (step)
            {
                case Step.AliceSends:
                    fromAlice.Add($"a{at}");
                    alice.Chat.Send(bob.PeerId, $"a{at}");
                    break;
                case Step.BobSends:
                    fromBob.Add($"b{at}");
                    bob.Chat.Send(alice.PeerId, $"b{at}");
                    break;
                case Step.AliceRestarts or Step.BobRestarts:
                    var who = step == Step.AliceRestarts ? alice : bob;
                    await who.StopAsync();
                    Start(who);
                    break;
                case Step.TimePasses:
                    time.Advance(TimeSpan.FromSeconds(at % 7));
                    await Task.Yield();
                    break;
            }
        }
    }
}
