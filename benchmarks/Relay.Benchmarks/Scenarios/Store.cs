using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Scenarios;

/// <summary>What the messages that wait for peers who are away take of the relay's memory.</summary>
/// <remarks>The others keep nothing. Some of the peers come for their messages afterwards, to see that they are there.</remarks>
internal sealed class Store(int peers, Settings settings) : IScenario
{
    public const string ScenarioName = "store";

    private const int MessagesAPeer = 10;
    private const int Senders = 4;
    private const int Samples = 50;

    public string Name => ScenarioName;

    public string Setting => SettingOf(peers, settings);

    public static string SettingOf(int peers, Settings settings) =>
        FormattableString.Invariant($"{peers:#,0} peers, {MessagesAPeer} messages of {settings.PayloadText} each");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var relay = candidates.OfType<RelayCandidate>().Single().With("Relay:MailboxesBytes=17179869184");
        await using var server = await relay.StartAsync(cancellationToken);
        var absent = new AbsentPeers(peers, Samples);

        // The few first messages pay for what a server needs once.
        await new AbsentPeers(Senders, 0).SendAsync(relay, server, Senders, MessagesAPeer, settings.PayloadLength, cancellationToken);
        var objects = await ManagedHeap.CollectAsync(server, cancellationToken);
        var before = server.ResidentBytes;

        await absent.SendAsync(relay, server, Senders, MessagesAPeer, settings.PayloadLength, cancellationToken);
        var after = server.ResidentBytes;
        objects = await ManagedHeap.CollectAsync(server, cancellationToken) - objects;
        var collected = server.ResidentBytes;
        await absent.FetchSamplesAsync(relay, server, MessagesAPeer, cancellationToken);

        double messages = (long)peers * MessagesAPeer;
        return
        [
            new(Name, Setting, relay.Name, Metric.MemoryAMessage, [(after - before) / messages]),
            new(Name, Setting, relay.Name, Metric.CollectedMemoryAMessage, [(collected - before) / messages]),
            new(Name, Setting, relay.Name, Metric.ObjectsAMessage, [objects / messages]),
            new(Name, Setting, relay.Name, Metric.OverPayload, [((collected - before) / messages) - settings.PayloadLength]),
        ];
    }
}
