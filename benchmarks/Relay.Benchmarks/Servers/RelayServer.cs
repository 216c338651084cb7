namespace Relay.Benchmarks.Servers;

/// <summary>The real Relay.Server, as it was built.</summary>
internal static class RelayServer
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "programs", "Relay.Server");

    /// <summary>Under this every .NET server runs: the same garbage collector, the same tiers of compilation.</summary>
    public static string RuntimeConfiguration => Path.Combine(Folder, "Relay.Server.runtimeconfig.json");

    /// <param name="options">Settings of the relay, as on its command line: <c>Relay:MaxPeers=20000</c>.</param>
    /// <param name="port">Where it listens, on loopback; 0 for a free port.</param>
    public static Task<ServerProcess> StartAsync(IEnumerable<string> options, CancellationToken cancellationToken, int port = 0) =>
        StartLimitedAsync(
            [
                // Measured is what a message costs, not how a sender is held back. The recipients that are away were never there.
                "Relay:SenderMessagesPerSecond=1000000000", "Relay:SenderBytesPerSecond=1099511627776",
                "Relay:StrangerBytesPerSender=1099511627776",
                .. options,
            ],
            cancellationToken, port);

    /// <summary>The same with the limits of a sender that it has by default.</summary>
    public static Task<ServerProcess> StartLimitedAsync(IEnumerable<string> options, CancellationToken cancellationToken, int port = 0) =>
        ServerProcess.StartDotnetAsync(
            [
                Path.Combine(Folder, "Relay.Server.dll"), "--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default=Warning",
                .. options.Select(option => "--" + option),
            ],
            cancellationToken);
}
