using System.Globalization;

namespace Relay.Benchmarks.Servers;

/// <summary>nats-server: core, at most once, nothing on disk.</summary>
internal static class NatsServer
{
    public const string Program = "nats-server";

    public static Task<ServerProcess> StartAsync(CancellationToken cancellationToken) =>
        ServerProcess.StartAtPortAsync(
            Programs.Find(Program)!,
            port => ["--addr", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture)],
            cancellationToken);
}
