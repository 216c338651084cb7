using System.Buffers;

namespace Relay.Hub.Mailboxes;

/// <summary>A queue that can be read at any place: a lease reads behind the front without removing, and an eviction removes from the middle.</summary>
/// <remarks>
/// A struct, because every mailbox has one; only ever a field, never copied. Up to <see cref="MaxOwned"/> items lie in an array
/// that grows by little and stays; more, in one that is lent for as long as it takes: bursts come and go with every batch.
/// </remarks>
internal struct Fifo<T>()
{
    private const int MaxOwned = 16;

    private T[] _slots = [];
    private int _front;

    public int Count { get; private set; }

    public readonly ref readonly T this[int index] => ref _slots[Slot(index)];

    public void Enqueue(in T item)
    {
        if (Count == _slots.Length)
            Grow();

        _slots[Slot(Count)] = item;
        Count++;
    }

    public T Dequeue()
    {
        ArgumentOutOfRangeException.ThrowIfZero(Count);
        var item = _slots[_front];
        _slots[_front] = default!;
        _front = Slot(1);
        Count--;

        // Mailboxes outlive their bursts; an empty one must not keep the array of its fullest day.
        if (Count == 0 && _slots.Length > MaxOwned)
        {
            ArrayPool<T>.Shared.Return(_slots);
            (_slots, _front) = ([], 0);
        }

        return item;
    }

    public void Replace(int index, in T item) => _slots[Slot(index)] = item;

    /// <summary>Removes an item wherever it is: the shorter side moves up, so near either end it costs next to nothing.</summary>
    public void RemoveAt(int index)
    {
        if (index <= Count / 2)
        {
            for (var i = index; i > 0; i--)
                _slots[Slot(i)] = _slots[Slot(i - 1)];
            Dequeue();
            return;
        }

        for (var i = index; i < Count - 1; i++)
            _slots[Slot(i)] = _slots[Slot(i + 1)];
        _slots[Slot(--Count)] = default!;
    }

    private readonly int Slot(int index)
    {
        var slot = _front + index;
        return slot < _slots.Length ? slot : slot - _slots.Length;
    }

    private void Grow()
    {
        var slots = Count < MaxOwned ? new T[Math.Min(MaxOwned, Math.Max(4, Count + 2))] : ArrayPool<T>.Shared.Rent(2 * Count);
        var atEnd = Math.Min(Count, _slots.Length - _front);
        Array.Copy(_slots, _front, slots, 0, atEnd);
        Array.Copy(_slots, 0, slots, atEnd, Count - atEnd);
        if (_slots.Length > MaxOwned)
            ArrayPool<T>.Shared.Return(_slots, clearArray: true);
        (_slots, _front) = (slots, 0);
    }
}
