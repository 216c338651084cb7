using MessagePack;
using Relay.Benchmarks.Clients;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Hostile;

/// <summary>What strangers say, as it goes over the wire.</summary>
internal static class StrangeCalls
{
    public static ReadOnlyMemory<byte> UnknownMethod() => HubMessages.Invocation(null, "Open", (ref MessagePackWriter writer) => writer.Write("sesame"));

    /// <summary>A message for each recipient, numbered from a first one on.</summary>
    /// <param name="id">What its completion is to name; null for none.</param>
    public static ReadOnlyMemory<byte> Relay(long first, IReadOnlyList<string> recipients, int length, string? id = null)
    {
        var payload = new byte[length];
        return HubMessages.Invocation(id, nameof(IRelayHub.Relay), (ref MessagePackWriter writer) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(first);
            writer.WriteArrayHeader(recipients.Count);
            foreach (var recipient in recipients)
            {
                writer.WriteArrayHeader(3);
                writer.Write(recipient);
                writer.Write(MessageId.New().ToBytes());
                writer.Write(payload);
            }
        });
    }

    /// <summary>A call in order but for its size.</summary>
    public static ReadOnlyMemory<byte> Oversized(int length) =>
        HubMessages.Invocation(null, nameof(IRelayHub.Relay), (ref MessagePackWriter writer) => writer.Write(new byte[length]));
}
