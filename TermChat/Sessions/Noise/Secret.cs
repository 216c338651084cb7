using System.Security.Cryptography;

namespace TermChat.Sessions.Noise;

/// <summary>32 secret bytes that stay in one place in memory, and are wiped when disposed.</summary>
/// <remarks>
/// NSec guards its keys better, but each takes four memory mappings, and a runtime that gets no further one ends the process: on Linux
/// after some 16,000 keys. So what waits in memory is bytes, and becomes a key of NSec for the moment of its use.
/// </remarks>
internal sealed class Secret : IDisposable
{
    public const int Length = 32;

    // Pinned: the garbage collector leaves no copies behind.
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
    private bool _wiped;

    public Secret(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <exception cref="ObjectDisposedException">It is wiped: zeros must never pass for a key.</exception>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_wiped, this);
            return _bytes;
        }
    }

    public void Dispose()
    {
        _wiped = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
