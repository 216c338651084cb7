using System.Globalization;

namespace Relay.Benchmarks.Servers;

/// <summary>mosquitto, nothing on disk, with room for as many messages in flight as anybody sends.</summary>
internal static class MosquittoServer
{
    public const string Program = "mosquitto";

    public static async Task<ServerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetTempPath(), $"relay-benchmarks-{Guid.NewGuid():N}.conf");
        try
        {
            return await ServerProcess.StartAtPortAsync(
                Programs.Find(Program)!,
                port =>
                {
                    File.WriteAllText(file, Configuration(port));
                    return ["-c", file];
                },
                cancellationToken);
        }
        finally
        {
            // It has been read once the server listens.
            File.Delete(file);
        }
    }

    // Its defaults allow 20 messages in flight to a client, and drop what is more than 1000. Its default to let TCP put small
    // packets together stays: sending each at once costs it a sixth more for a message.
    private static string Configuration(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        listener {port} 127.0.0.1
        allow_anonymous true
        persistence false
        max_inflight_messages 0
        max_queued_messages 0
        connection_messages false
        log_type error

        """);
}
