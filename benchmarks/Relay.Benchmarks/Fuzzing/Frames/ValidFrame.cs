namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>A frame as a client should send it, and where its values are.</summary>
internal sealed class ValidFrame
{
    // In MessagePack: the whole, four values of the envelope, the list of arguments; then the argument.
    private const int ArgumentAt = 6;

    public ValidFrame(Encoding encoding, byte[] bytes)
    {
        (Encoding, Bytes, Body) = (encoding, bytes, Framing.Body(encoding, bytes).ToArray());
        Elements = Frames.Elements.Of(encoding, Body);
        var start = encoding == Encoding.Json ? Body.AsSpan().IndexOf("\"arguments\":["u8) + 13 : Elements[ArgumentAt].Start.Value;
        var end = encoding == Encoding.Json ? Body.Length - 2 : Elements[ArgumentAt].End.Value;
        Inner = [.. Elements.Where(element => element.Start.Value >= start && element.End.Value <= end)];
    }

    public Encoding Encoding { get; }

    public byte[] Bytes { get; }

    public byte[] Body { get; }

    /// <summary>All values.</summary>
    public IReadOnlyList<Range> Elements { get; }

    /// <summary>Those of the argument. What is wrong there is an error; what is wrong in the envelope around it costs the connection.</summary>
    public IReadOnlyList<Range> Inner { get; }

    /// <summary>The same with other bytes in the place of one value.</summary>
    public byte[] With(Range element, ReadOnlySpan<byte> bytes) =>
        Framing.Wrap(Encoding, [.. Body.AsSpan(..element.Start.Value), .. bytes, .. Body.AsSpan(element.End.Value..)]);
}
