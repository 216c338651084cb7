using BenchmarkDotNet.Attributes;
using Relay.Contracts;

namespace Relay.Benchmarks.Micro;

/// <summary>What does a message cost on its way through the hub - from the sender's call to the recipient's - without bytes and sockets?</summary>
public class PumpBenchmarks
{
    private const int Messages = 128;

    private readonly byte[] _payload = new byte[256];
    private PumpedPair _pair = null!;
    private long _sent;

    /// <summary>How many messages the sender's call has.</summary>
    [Params(1, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public async Task Connect() => _pair = await PumpedPair.ConnectAsync();

    [GlobalCleanup]
    public async Task Disconnect() => await _pair.DisposeAsync();

    [Benchmark(OperationsPerInvoke = Messages)]
    public async Task RelayAndDeliver()
    {
        for (var from = 0; from < Messages; from += Batch)
        {
            var messages = new OutboundMessage[Batch];
            for (var i = 0; i < Batch; i++)
                messages[i] = new OutboundMessage { To = PumpedPair.Recipient, Id = MessageId.New(), Payload = _payload };
            _pair.Relay(new RelayRequest { First = _sent + 1, Messages = messages });
            _sent += Batch;
        }

        await _pair.DeliveredAsync(_sent);
    }
}
