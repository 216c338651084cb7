using System.Text.Json;
using Relay.Contracts;

namespace TestKit;

/// <summary>A peer in another language: a SignalR client in JavaScript that knows only the protocol, in a process of its own.</summary>
/// <remarks>
/// <code>
/// Assert.SkipWhen(NodePeer.Unavailable is not null, NodePeer.Unavailable ?? "");
/// await using var bob = NodePeer.Start(hub, "bob", "--protocol", "json", "--expect", "10");
/// </code>
/// </remarks>
public sealed class NodePeer : IAsyncDisposable
{
    private static readonly string? Script = FindScript();

    private NodePeer(ProgramProcess program) => Program = program;

    /// <summary>Why a JavaScript peer cannot run here and what to do about it; null if it can.</summary>
    public static string? Unavailable { get; } = FindReason();

    /// <summary>The process: to kill it, to wait for its end, to read what it said.</summary>
    public ProgramProcess Program { get; }

    /// <summary>Every callback of the relay so far, in order, by its name under <c>callback</c>.</summary>
    public IReadOnlyList<JsonElement> Callbacks => [.. Program.Output.Lines.Select(Parse)];

    /// <summary>Every message delivered so far, in order, the repeated ones too.</summary>
    public IReadOnlyList<NodeMessage> Received =>
    [
        .. from callback in Callbacks
           where IsNamed(callback, "Deliver")
           from message in callback.GetProperty("messages").EnumerateArray()
           select new NodeMessage(
               message.GetProperty("from").GetString()!,
               message.GetProperty("id").GetString()!,
               message.GetProperty("payload").GetBytesFromBase64()),
    ];

    /// <param name="hub">The URL of the hub, with its path.</param>
    /// <param name="name">The PeerId to register.</param>
    /// <param name="options">As <c>tests/JavaScript/peer.mjs</c> has them: <c>--to bob --send 10</c>, each word for itself.</param>
    public static NodePeer Start(Uri hub, string name, params string[] options) => Start(["--url", hub.AbsoluteUri, "--as", name, .. options]);

    /// <param name="hub">The URL of the hub, with its path.</param>
    /// <param name="key">The key to register, and to prove. Other programs of this machine can read it.</param>
    /// <param name="options">As <c>tests/JavaScript/peer.mjs</c> has them: <c>--to bob --send 10</c>, each word for itself.</param>
    public static NodePeer Start(Uri hub, PeerKey key, params string[] options) =>
        Start(["--url", hub.AbsoluteUri, "--key", Convert.ToHexStringLower(key.Export()), .. options]);

    /// <summary>Waits for the first callback of this name.</summary>
    public async Task<JsonElement> WaitForAsync(string callback, TimeSpan? within = null) =>
        Parse(await Program.WaitForLineAsync(line => IsNamed(Parse(line), callback), within));

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    private static NodePeer Start(string[] arguments) => Unavailable is { } reason
        ? throw new InvalidOperationException(reason)
        : new NodePeer(ProgramProcess.Run("node", new Dictionary<string, string?>(), [Script!, .. arguments]));

    private static bool IsNamed(JsonElement callback, string name) => callback.GetProperty("callback").ValueEquals(name);

    private static JsonElement Parse(string line) => JsonElement.Parse(line);

    private static string? FindReason()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "node.exe" : "node"))))
            return "node is not on the path. Install Node.js 18 or later.";
        if (Script is null)
            return "tests/JavaScript/peer.mjs is not above the tests' own folder.";

        // The newest of them: the others came earlier.
        return Directory.Exists(Path.Combine(Path.GetDirectoryName(Script)!, "node_modules", "bech32"))
            ? null
            : "The packages of the JavaScript peer are missing. Run: npm ci --prefix tests/JavaScript";
    }

    private static string? FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests", "JavaScript", "peer.mjs");
            if (File.Exists(script))
                return script;
        }

        return null;
    }
}
