namespace Relay.Benchmarks.Measuring;

/// <summary>How many objects, and their bytes.</summary>
internal readonly record struct ObjectTotal(long Count, long Bytes)
{
    public static ObjectTotal operator +(ObjectTotal left, ObjectTotal right) => new(left.Count + right.Count, left.Bytes + right.Bytes);

    public static ObjectTotal operator -(ObjectTotal left, ObjectTotal right) => new(left.Count - right.Count, left.Bytes - right.Bytes);

    public static ObjectTotal Sum(IEnumerable<ObjectTotal> totals) => totals.Aggregate(default(ObjectTotal), (sum, total) => sum + total);
}
