using Relay.Benchmarks.Clients;

namespace Relay.Benchmarks.Traffic;

/// <summary>Checks what comes in at one peer and gives it to its flow.</summary>
internal sealed class FlowReceiver(string address, Flow[] flows, Fault fault) : IReceiver
{
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (!Payload.TryRead(bytes, out var payload))
            fault.Set(new VerificationException("A payload arrived that is not as it was sent."));
        else if ((uint)payload.Flow >= (uint)flows.Length || flows[payload.Flow].Recipient != address)
            fault.Set(new VerificationException("A message arrived at a peer it was not for."));
        else
            flows[payload.Flow].Take(payload.Sequence);
    }

    public void Fail(Exception reason) => fault.Set(reason);
}
