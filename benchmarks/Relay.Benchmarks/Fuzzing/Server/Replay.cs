using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Benchmarks.Fuzzing.Lines;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Fuzzing.Server;

/// <summary>Sends saved frames to a relay again, and shows what it says.</summary>
internal static class Replay
{
    public static async Task<FuzzOutcome> RunAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var log = new ServerLog();
        await using var server = await RelayServer.StartAsync(["Relay:AllowNamedPeers=true", "Logging:Console:FormatterName=json"], cancellationToken);
        server.Said += log.Read;
        var saved = SavedFrames.Read(file.FullName);
        var end = await SendAsync(new Uri(server.Address, "/relay"), saved, cancellationToken);
        return new FuzzOutcome(
            $"{file.Name} once more",
            [("connection", saved.State), ("bytes", $"{saved.Bytes.Length:#,0}"), ("the relay", end)],
            server.HasEnded ? ["the relay's process has ended", .. log.Trouble] : log.Trouble);
    }

    /// <returns>What became of the connection, in words.</returns>
    public static async Task<string> SendAsync(Uri hub, SavedFrames saved, CancellationToken cancellationToken)
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
