using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Contracts;

namespace Relay.Benchmarks.Micro;

/// <summary>What does it cost to read a call of messages, and what do the formatters written by hand save?</summary>
public class ReadBenchmarks
{
    private readonly CodecSample.Binder<RelayRequest> _own = new();
    private readonly CodecSample.Binder<PlainRequest> _plain = new();
    private CodecSample _sample = null!;

    [Params(1, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Prepare() => _sample = new CodecSample(Batch);

    [Benchmark(Baseline = true)]
    public HubMessage FromAttributes() => _sample.Read(_plain);

    [Benchmark]
    public HubMessage ByHand() => _sample.Read(_own);
}
