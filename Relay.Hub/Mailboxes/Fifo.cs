namespace Relay.Hub.Mailboxes;

/// <summary>A queue that can be read at any place: a lease reads behind the front without removing, and an eviction removes from the middle.</summary>
/// <remarks>A struct, because every mailbox has one; only ever a field, never copied.</remarks>
internal struct Fifo<T>()
{
    private T[] _slots = [];
    private int _front;

    public int Count { get; private set; }

    public readonly ref readonly T this[int index] => ref _slots[Slot(index)];

    public void Enqueue(in T item)
    {
        if (Count == _slots.Length)
            Resize(Math.Max(4, Count + Math.Max(2, Count / 4)));

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
        if (Count == 0 && _slots.Length > 16)
            (_slots, _front) = ([], 0);
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

    private void Resize(int size)
    {
        var slots = new T[size];
        for (var i = 0; i < Count; i++)
            slots[i] = this[i];
        (_slots, _front) = (slots, 0);
    }
}
