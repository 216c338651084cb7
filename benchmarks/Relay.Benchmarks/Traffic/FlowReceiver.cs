using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Measuring;

namespace Relay.Benchmarks.Traffic;

/// <summary>Checks what comes in at one peer and gives it to its flow.</summary>
internal sealed class FlowReceiver(string address, Flow[] flows, Fault fault) : IReceiver
{
    public Latencies Latencies { get; } = new();

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (!Payload.TryRead(bytes, out var payload))
        {
            fault.Set(new VerificationException("a payload arrived that is not as it was sent"));
            return;
        }

        if ((uint)payload.Flow >= (uint)flows.Length || flows[payload.Flow].Recipient != address)
        {
            fault.Set(new VerificationException("a message arrived at a peer it was not for"));
            return;
        }

        if (payload.Due != 0)
            Latencies.RecordSince(payload.Due);
        flows[payload.Flow].Take(payload.Sequence);
    }

    public void Fail(Exception reason) => fault.Set(reason);
}
