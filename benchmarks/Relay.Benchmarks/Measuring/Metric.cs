namespace Relay.Benchmarks.Measuring;

/// <summary>What is measured, and how to write it.</summary>
/// <param name="Format">Of a value, as .NET's numeric formats are.</param>
internal sealed record Metric(string Name, string Unit, string Format)
{
    public static readonly Metric Cpu = new("server CPU", "us/message", "0.00");
    public static readonly Metric OwnCpu = new("without what the connections cost while idle", "us/message", "0.00");
    public static readonly Metric Rate = new("throughput", "messages/s", "#,0");
    public static readonly Metric Allocated = new("allocated on the server", "bytes/message", "#,0");
    public static readonly Metric P50 = new("p50", "us", "#,0");
    public static readonly Metric P99 = new("p99", "us", "#,0");
    public static readonly Metric P999 = new("p99.9", "us", "#,0");
    public static readonly Metric MemoryAPeer = new("memory (RSS)", "bytes/peer", "#,0");
    public static readonly Metric CollectedMemoryAPeer = new("memory after a full collection (RSS)", "bytes/peer", "#,0");
    public static readonly Metric Load = new("server CPU while idle", "% of a core", "0.0");
    public static readonly Metric Registrations = new("registrations", "1/s", "#,0");
    public static readonly Metric CpuARegistration = new("server CPU", "us/registration", "#,0");
    public static readonly Metric MemoryAMessage = new("memory (RSS)", "bytes/message", "#,0");
    public static readonly Metric CollectedMemoryAMessage = new("memory after a full collection (RSS)", "bytes/message", "#,0");
    public static readonly Metric ObjectsAMessage = new("of that objects", "bytes/message", "#,0");
    public static readonly Metric OverPayload = new("over the payload", "bytes/message", "#,0");
    public static readonly Metric SinceConnecting = new("from the start of connecting to the last message", "ms", "0.0");
    public static readonly Metric SinceRegistered = new("from being registered to the last message", "ms", "0.0");

    public string Title => $"{Name}, {Unit}";
}
