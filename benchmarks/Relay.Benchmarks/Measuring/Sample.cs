using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Measuring;

/// <summary>Where time, the server's processor time and the messages that have arrived stand at one moment.</summary>
internal readonly record struct Sample(long Timestamp, TimeSpan Cpu, long Messages)
{
    public static Sample Take(ServerProcess server, Exchange exchange) =>
        new(TimeProvider.System.GetTimestamp(), server.CpuTime, exchange.Received);

    public static Measured Between(Sample start, Sample end)
    {
        var seconds = TimeProvider.System.GetElapsedTime(start.Timestamp, end.Timestamp).TotalSeconds;
        var messages = end.Messages - start.Messages;
        return new Measured(messages / seconds, (end.Cpu - start.Cpu).TotalMicroseconds / messages);
    }
}

/// <summary>What one round has come to.</summary>
/// <param name="MessagesPerSecond">That arrived.</param>
/// <param name="CpuPerMessage">Microseconds of the server's user and system time.</param>
internal readonly record struct Measured(double MessagesPerSecond, double CpuPerMessage);
