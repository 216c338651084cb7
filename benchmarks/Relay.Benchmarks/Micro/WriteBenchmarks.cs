using System.Buffers;
using BenchmarkDotNet.Attributes;

namespace Relay.Benchmarks.Micro;

/// <summary>What does it cost to write a call of messages, and what do the formatters written by hand save?</summary>
public class WriteBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(1 << 18);
    private CodecSample _sample = null!;

    [Params(1, 128)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Prepare() => _sample = new CodecSample(Batch);

    [Benchmark(Baseline = true)]
    public int FromAttributes()
    {
        _output.ResetWrittenCount();
        CodecSample.Protocol.WriteMessage(_sample.Plain, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int ByHand()
    {
        _output.ResetWrittenCount();
        CodecSample.Protocol.WriteMessage(_sample.Own, _output);
        return _output.WrittenCount;
    }
}
