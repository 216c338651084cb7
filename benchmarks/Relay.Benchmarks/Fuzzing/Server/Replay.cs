using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Sends saved frames to a relay again, and shows what it says and does.</summary>
internal static class Replay
{
    /// <param name="relay">Further settings of the relay.</param>
    public static async Task<FuzzOutcome> RunAsync(FileInfo file, IReadOnlyList<string> relay, CancellationToken cancellationToken)
    {
        var log = new ServerLog();
        var saved = SavedFrames.Read(file.FullName);
        await using var server = await RelayServer.StartAsync(["Relay:AllowNamedPeers=true", "Logging:Console:FormatterName=json", .. relay], cancellationToken);
        server.Said += log.Read;
        var findings = new List<string>();
        var end = "neither answered nor closed";
        try
        {
            end = await SendAsync(new Uri(server.Address, "/relay"), saved, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            findings.Add($"the connection was neither answered nor closed, or none could be made: {failure.Message}");
        }

        // What it has to say of that may be said later: at its end all of it is there.
        var hadEnded = server.HasEnded;
        var exitCode = await server.TerminateAsync(cancellationToken);
        if (hadEnded || exitCode != 0)
            findings.Add($"the relay's process has ended with exit code {exitCode}");
        return new FuzzOutcome(
            $"{file.Name} once more",
            [("connection", saved.State), ("bytes", $"{saved.Bytes.Length:#,0}"), ("the relay", end)],
            [.. findings, .. log.Trouble]);
    }

    /// <returns>What became of the connection, in words.</returns>
    private static async Task<string> SendAsync(Uri hub, SavedFrames saved, CancellationToken cancellationToken)
    {
        if (saved.State == SavedFrames.Raw)
        {
            await RawSocket.SendAsync(hub, new Frame(Kind.Upgrade, saved.Bytes));
            return "closed";
        }

        await using var line = await WebSocketLine.ConnectAsync(hub, saved.Encoding == Encoding.Json, cancellationToken);
        await using var conversation = new Conversation(line, saved.Encoding, understands: saved.State != SavedFrames.Unshaken(saved.Encoding));
        if (saved.State != SavedFrames.Unshaken(saved.Encoding))
            await conversation.ShakeHandsAsync();
        if (saved.State == SavedFrames.Registered(saved.Encoding))
            await conversation.RegisterAsync("replay");
        await conversation.SendAsync(saved.Bytes);
        await conversation.SendAsync(conversation.NextProbe());
        if (saved.State != SavedFrames.Unshaken(saved.Encoding) && await conversation.ProbedAsync())
            return $"answered with {conversation.Refusals} refusals";
        await conversation.FinishAsync();
        return "closed";
    }
}
