using Client.Transport.Relay;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How soon a peer that comes back has the last of what waited for it.</summary>
internal sealed class Drain(int messages, Settings settings) : IScenario
{
    public const string ScenarioName = "drain";

    // Each takes milliseconds, so there can be many; the first ones warm up.
    private const int WarmUps = 30;
    private const int Visits = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => ScenarioName;

    public string Setting => SettingOf(messages, settings);

    public static string SettingOf(int messages, Settings settings) =>
        FormattableString.Invariant($"{messages:#,0} messages of {settings.PayloadText} waiting, {Visits} visits");

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var relay = candidates.OfType<RelayCandidate>().Single();
        await using var server = await relay.StartAsync(cancellationToken);
        var sinceConnecting = new List<double>();
        var sinceRegistered = new List<double>();
        for (var visit = 0; visit < WarmUps + Visits; visit++)
        {
            var (whole, draining) = await VisitAsync(relay, server, cancellationToken);
            if (visit < WarmUps)
                continue;
            sinceConnecting.Add(whole.TotalMilliseconds);
            sinceRegistered.Add(draining.TotalMilliseconds);
        }

        return
        [
            new(Name, Setting, relay.Name, Metric.SinceConnecting, sinceConnecting),
            new(Name, Setting, relay.Name, Metric.SinceRegistered, sinceRegistered),
        ];
    }

    private async Task<(TimeSpan Whole, TimeSpan Draining)> VisitAsync(RelayCandidate relay, ServerProcess server, CancellationToken cancellationToken)
    {
        using var identity = PeerIdentity.NewKey();
        var absent = new AbsentPeers(identity);
        await absent.SendAsync(relay, server, 1, messages, settings.PayloadLength, cancellationToken);

        var collector = new MailboxCollector(0, messages);
        long registered = 0;
        var start = Clock.Now;
        await using var transport = RelayCandidate.CreateTransport(server, identity);
        transport.StateChanged += change =>
        {
            if (change.State == RelayConnectionState.Connected)
                registered = Clock.Now;
        };
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        for (var i = 0; i < messages; i++)
            collector.Receive((await transport.ReceiveAsync(either.Token)).Payload.Span);

        var last = Clock.Now;
        await collector.Complete;
        return (Clock.Between(start, last), Clock.Between(registered, last));
    }
}
