using System.Runtime.InteropServices;

namespace Relay.Hub.Observability;

/// <summary>A number that many threads add to.</summary>
/// <remarks>Padded to two cache lines: neighbours that other cores count in would otherwise slow each other down.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct Total
{
    [FieldOffset(56)]
    private long _value;

    public readonly long Value => Volatile.Read(in _value);

    public void Add(long more) => Interlocked.Add(ref _value, more);
}
