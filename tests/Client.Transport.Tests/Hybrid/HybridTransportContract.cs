namespace Client.Transport.Tests.Hybrid;

public sealed class HybridTransportContract : TransportContract
{
    protected override TransportKind Kind => TransportKind.Hybrid;

    protected override ValueTask<TransportPair> ConnectAsync() => ValueTask.FromResult<TransportPair>(new HybridPair());
}
