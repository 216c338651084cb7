using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Scenarios;

/// <summary>How fast peers connect and register, and what that costs the server.</summary>
/// <remarks>From the TCP connection to the server's word that the peer is registered. The plain hub takes any name and asks for no proof.</remarks>
internal sealed class Connect(int peers, Settings settings) : IScenario
{
    public const string ScenarioName = "connect";

    public string Name => ScenarioName;

    public async Task<IReadOnlyList<Figure>> RunAsync(IReadOnlyList<ICandidate> candidates, CancellationToken cancellationToken)
    {
        var figures = new List<Figure>();
        foreach (var (kind, identify) in new (string, Func<PeerIdentity>)[] { ("keys", PeerIdentity.NewKey), ("names", PeerIdentity.NewName) })
            figures.AddRange(await RunAsync([.. candidates.OfType<ISilentCandidate>()], kind, identify, cancellationToken));
        return figures;
    }

    private async Task<IEnumerable<Figure>> RunAsync(
        IReadOnlyList<ISilentCandidate> candidates, string kind, Func<PeerIdentity> identify, CancellationToken cancellationToken)
    {
        var setting = FormattableString.Invariant($"{peers:#,0} {kind}, {SilentPeers.AtATime} at a time");
        var servers = new Dictionary<ISilentCandidate, ServerProcess>();
        var rounds = candidates.ToDictionary(candidate => candidate, _ => new List<(double Rate, double Cpu)>());
        try
        {
            foreach (var candidate in candidates)
                servers[candidate] = await candidate.StartAsync(cancellationToken);

            // The first round is to warm up.
            for (var round = 0; round <= settings.Rounds; round++)
            {
                foreach (var candidate in candidates)
                    rounds[candidate].Add(await MeasureAsync(candidate, servers[candidate], identify, cancellationToken));
            }
        }
        finally
        {
            foreach (var server in servers.Values)
                await server.DisposeAsync();
        }

        return rounds.SelectMany(candidate => new Figure[]
        {
            new(Name, setting, candidate.Key.Name, Metric.Registrations, [.. candidate.Value.Skip(1).Select(round => round.Rate)]),
            new(Name, setting, candidate.Key.Name, Metric.CpuARegistration, [.. candidate.Value.Skip(1).Select(round => round.Cpu)]),
        });
    }

    private async Task<(double Rate, double Cpu)> MeasureAsync(
        ISilentCandidate candidate, ServerProcess server, Func<PeerIdentity> identify, CancellationToken cancellationToken)
    {
        var fault = new Fault();
        await using var crowd = new SilentPeers(candidate, server, new FaultReceiver(fault));
        var (start, cpu) = (Clock.Now, server.CpuTime);
        await crowd.ConnectAsync(peers, identify, cancellationToken);
        var (elapsed, used) = (Clock.Between(start, Clock.Now), server.CpuTime - cpu);
        fault.ThrowIfSet();
        return (peers / elapsed.TotalSeconds, used.TotalMicroseconds / peers);
    }
}
