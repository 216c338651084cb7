using Client.Transport.Hybrid;
using Client.Transport.Loopback;
using Microsoft.Extensions.Time.Testing;

namespace Client.Transport.Tests.Hybrid;

/// <summary>Two hybrid transports over two loopback networks, which play the direct path and the relay.</summary>
internal sealed class HybridPair : TransportPair
{
    private readonly HybridTransport _alice;
    private readonly HybridTransport _bob;

    public HybridPair(HybridTransportOptions? options = null, bool hasDirect = true, bool hasFallback = true)
    {
        (AliceDirect, BobDirect) = LoopbackTransport.CreatePair(AliceId, BobId, new() { Kind = TransportKind.P2P });
        (AliceRelay, BobRelay) = LoopbackTransport.CreatePair(AliceId, BobId, new() { Kind = TransportKind.Relay });
        _alice = new HybridTransport(hasDirect ? AliceDirect : null, hasFallback ? AliceRelay : null, options, Time);
        _bob = new HybridTransport(BobDirect, BobRelay, options, Time);
    }

    public FakeTimeProvider Time { get; } = new();

    public LoopbackTransport AliceDirect { get; }

    public LoopbackTransport BobDirect { get; }

    public LoopbackTransport AliceRelay { get; }

    public LoopbackTransport BobRelay { get; }

    public HybridTransport AliceHybrid => _alice;

    public HybridTransport BobHybrid => _bob;

    public override ITransport Alice => _alice;

    public override ITransport Bob => _bob;

    public override bool KeepsWhatCannotGo => true;

    public override ValueTask CutAsync()
    {
        AliceDirect.Cut();
        AliceRelay.Cut();
        return ValueTask.CompletedTask;
    }

    public override ValueTask RestoreAsync()
    {
        AliceDirect.Restore();
        AliceRelay.Restore();
        return ValueTask.CompletedTask;
    }
}
