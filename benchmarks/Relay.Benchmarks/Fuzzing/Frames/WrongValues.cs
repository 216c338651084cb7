using System.Buffers;
using MessagePack;

namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>MessagePack values that stand where others should.</summary>
internal static class WrongValues
{
    // A reader that goes down by calling itself has a stack of 1 MiB or so to do it on.
    private const int Deepest = 20_000;

    private static readonly byte[][] BrokenTexts =
        [[0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf0, 0x82, 0x82, 0xac], [0xff, 0xfe], [0xf4, 0x90, 0x80, 0x80], [0x80], [0, 0, 0], "tc1\0"u8.ToArray()];

    private static readonly byte[] HugeHeaders =
        [MessagePackCode.Array32, MessagePackCode.Map32, MessagePackCode.Bin32, MessagePackCode.Str32, MessagePackCode.Ext32];

    /// <summary>Any value of any type.</summary>
    public static byte[] Any(Dice dice)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        Write(ref writer, dice, depth: 0);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Lists in lists, or maps in maps, with an end or without one.</summary>
    public static byte[] Deep(Dice dice)
    {
        var depth = dice.OneIn(4) ? dice.Between(1000, Deepest) : dice.Between(50, 1000);
        byte[] level = dice.Below(3) switch { 0 => [0x91], 1 => [0x81, 0xc0], _ => [0xdd, 0, 0, 0, 1] };
        return [.. Enumerable.Repeat(level, depth).SelectMany(bytes => bytes), .. dice.OneIn(3) ? (byte[])[] : [0xc0]];
    }

    /// <summary>A length of up to 4 GiB, and next to nothing behind it.</summary>
    public static byte[] Huge(Dice dice)
    {
        var length = dice.Below(4) switch { 0 => uint.MaxValue, 1 => (uint)int.MaxValue, 2 => 0x10000u, _ => (uint)dice.Between(70_000, 50_000_000) };
        return [dice.Of(HugeHeaders), (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length, .. dice.Bytes(dice.Below(8))];
    }

    public static byte[] BrokenText(Dice dice)
    {
        byte[] text = [.. "fuzz"u8[..dice.Below(5)], .. dice.Of(BrokenTexts), .. "er"u8[..dice.Below(3)]];
        return [MessagePackCode.Str8, (byte)text.Length, .. text];
    }

    private static void Write(ref MessagePackWriter writer, Dice dice, int depth)
    {
        switch (dice.Below(depth > 3 ? 9 : 12))
        {
            case 0:
                writer.WriteNil();
                break;
            case 1:
                writer.Write(dice.OneIn(2));
                break;
            case 2 or 3:
                writer.Write(dice.Edge());
                break;
            case 4:
                writer.Write(unchecked((ulong)dice.Edge()));
                break;
            case 5:
                writer.Write(dice.Below(4) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => -0.0, _ => dice.Fraction() * 1e300 });
                break;
            case 6:
                writer.Write(new string('x', dice.OneIn(8) ? dice.Between(1000, 10_000) : dice.Below(70)));
                break;
            case 7:
                writer.Write(dice.Bytes(dice.OneIn(8) ? dice.Between(1000, 10_000) : dice.Below(40)));
                break;
            case 8:
                writer.WriteExtensionFormat(new ExtensionResult((sbyte)dice.Of((int[])[-1, 0, 1, 98, 99, 100, 127, -128]), new ReadOnlySequence<byte>(dice.Bytes(dice.Below(20)))));
                break;
            case 9 or 10:
                var count = dice.Below(6);
                writer.WriteArrayHeader(count);
                for (var i = 0; i < count; i++)
                    Write(ref writer, dice, depth + 1);
                break;
            default:
                // Keys of any type, and the same one twice.
                var pairs = dice.Below(4);
                writer.WriteMapHeader(pairs);
                for (var i = 0; i < pairs; i++)
                {
                    if (dice.OneIn(2))
                        writer.Write("first");
                    else
                        Write(ref writer, dice, depth + 1);
                    Write(ref writer, dice, depth + 1);
                }

                break;
        }
    }
}
