using System.Text;

namespace Relay.Benchmarks.Clients;

/// <summary>Bytes that are put together to be written at once, and then again.</summary>
internal sealed class GrowingBuffer
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Text in ASCII.</summary>
    public void Append(string text) => Length += Encoding.ASCII.GetBytes(text, Room(text.Length));

    /// <summary>A number in decimal digits.</summary>
    public void Append(int number)
    {
        number.TryFormat(Room(11), out var length, default, System.Globalization.CultureInfo.InvariantCulture);
        Length += length;
    }

    public void Clear() => Length = 0;

    private Span<byte> Room(int length)
    {
        if (_bytes.Length < Length + length)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + length));
        return _bytes.AsSpan(Length);
    }
}
