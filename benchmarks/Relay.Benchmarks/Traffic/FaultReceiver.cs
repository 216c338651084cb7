using Relay.Benchmarks.Clients;

namespace Relay.Benchmarks.Traffic;

/// <summary>For peers that are to receive nothing.</summary>
internal sealed class FaultReceiver(Fault fault) : IReceiver
{
    public void Receive(ReadOnlySpan<byte> payload) => fault.Set(new VerificationException("a message arrived at a peer it was not for"));

    public void Fail(Exception reason) => fault.Set(reason);
}
