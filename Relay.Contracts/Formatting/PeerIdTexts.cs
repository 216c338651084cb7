using System.Text;
using MessagePack;

namespace Relay.Contracts.Formatting;

/// <summary>The texts of PeerIds that came off the wire lately: the same text is the same string each time, and costs nothing.</summary>
/// <remarks>
/// A table in which every text has one place, and the newest stays: no lock, no order, bounded at <see cref="Places"/> short
/// strings. Texts made to share a place make each other new strings, which is what reading them cost anyway. Any thread.
/// </remarks>
internal static class PeerIdTexts
{
    private const int Places = 4096;

    private static readonly string?[] Table = new string?[Places];

    public static string? Read(ref MessagePackReader reader)
    {
        // Not where a text lies across two buffers; that is one in fifty.
        if (!reader.TryReadStringSpan(out var utf8))
            return reader.ReadString();

        return Get(utf8);
    }

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        // Longer ones are no PeerIds, and are not worth keeping.
        if (utf8.Length is 0 or > PeerId.KeyTextLength)
            return Encoding.UTF8.GetString(utf8);

        ref var place = ref Table[PlaceOf(utf8)];
        return place is { } known && Ascii.Equals(utf8, known) ? known : place = Encoding.UTF8.GetString(utf8);
    }

    private static int PlaceOf(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        return hash.ToHashCode() & (Places - 1);
    }
}
