using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Relay.Server;

/// <summary>The memory Kestrel reads sockets into and writes them from, in blocks of 32 KiB.</summary>
/// <remarks>
/// Kestrel's own are of 4 KiB, and it asks the kernel twice for each. A full batch of messages is some 45 KB: with these
/// it is read in two turns, not in twelve. A silent connection holds no block, so the size costs nothing while idle.
/// </remarks>
internal sealed class LargeBlocks : MemoryPool<byte>
{
    private const int BlockBytes = 32 << 10;

    // 4 MiB: what a hundred connections have in use in one and the same moment. More go back to the garbage collector after a burst.
    private const int MaxKept = 128;

    private static readonly LargeBlocks Blocks = new();

    private readonly ConcurrentQueue<Block> _kept = new();

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        return _kept.TryDequeue(out var block) ? block : new Block(this);
    }

    // A listener disposes of its pool when it stops listening. The others go on.
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (_kept.Count < MaxKept)
            _kept.Enqueue(block);
    }

    /// <summary>Lets Kestrel have them: it asks for a pool for each core, and all get the same one.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => Blocks;
    }

    private sealed class Block(LargeBlocks pool) : IMemoryOwner<byte>
    {
        // Pinned: the kernel writes into it, and pinning anew for each read would cost more.
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}
