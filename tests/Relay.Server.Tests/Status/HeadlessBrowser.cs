using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace Relay.Server.Tests.Status;

/// <summary>A real Chromium without a window, told what to do by its DevTools protocol.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private readonly ProgramProcess _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private int _lastCall;

    private HeadlessBrowser(ProgramProcess process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    /// <summary>What the page's console and the browser itself found wrong: exceptions, refused resources, broken policies.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    public static async Task<HeadlessBrowser> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("browser-");
        var process = ProgramProcess.Run(
            InstalledProgram.PathOf("chromium"), new Dictionary<string, string?>(),
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-dev-shm-usage", $"--user-data-dir={profile.FullName}", "--remote-debugging-port=0", "about:blank");
        var browser = new HeadlessBrowser(process, profile);
        await browser.AttachAsync();
        return browser;
    }

    public async Task OpenAsync(Uri page, int width, int height, bool dark)
    {
        await CallAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = width < 600 });
        await CallAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = dark ? "dark" : "light" } } });
        await CallAsync("Page.navigate", new { url = page.ToString() });
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new { expression, returnByValue = true, awaitPromise = true });
        return answer["result"]?["value"];
    }

    /// <summary>Waits until an expression in the page is true.</summary>
    public async Task SeesAsync(string what, string expression) => await Eventually.Is(
        $"the page shows {what}",
        () => EvaluateAsync(expression).GetAwaiter().GetResult()?.GetValueKind() == JsonValueKind.True);

    /// <summary>The whole page, as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        var answer = await CallAsync("Page.captureScreenshot", new { format = "png", captureBeyondViewport = true });
        return Convert.FromBase64String(answer["data"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();

        // Its helpers may still write while they end.
        await Eventually.Is("the browser's profile is gone", () =>
        {
            try
            {
                _profile.Delete(recursive: true);
            }
            catch (IOException)
            {
                return false;
            }

            return true;
        });
    }

    private async Task AttachAsync()
    {
        // "DevTools listening on ws://127.0.0.1:41234/devtools/browser/..." on standard error.
        await Eventually.Is("the browser listens", () => Address() is not null);
        var address = Address()!;
        using var http = new HttpClient();
        var pages = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://{address.Authority}/json/list")))!.AsArray();
        var page = pages.First(one => one!["type"]!.GetValue<string>() == "page")!["webSocketDebuggerUrl"]!.GetValue<string>();
        await _socket.ConnectAsync(new Uri(page), CancellationToken.None);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
            await CallAsync(domain + ".enable", new { });
    }

    private Uri? Address() => _process.Errors.Lines
        .Where(line => line.StartsWith("DevTools listening on ", StringComparison.Ordinal))
        .Select(line => new Uri(line.Split(' ')[3])).FirstOrDefault();

    private async Task<JsonNode> CallAsync(string method, object parameters)
    {
        var id = ++_lastCall;
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters }), WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            var message = await ReceiveAsync();
            if (message["id"]?.GetValue<int>() == id)
                return message["result"] ?? throw new InvalidOperationException($"{method}: {message["error"]}");
            if (message["method"]?.GetValue<string>() is "Runtime.exceptionThrown" or "Log.entryAdded" or "Network.loadingFailed" && !IsLeftBehind(message))
                _complaints.Add(message.ToJsonString());
        }
    }

    // A page that is left has often just asked for something.
    private static bool IsLeftBehind(JsonNode message) => message["params"]?["canceled"]?.GetValue<bool>() == true;

    private async Task<JsonNode> ReceiveAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 << 10];
        WebSocketReceiveResult read;
        do
        {
            read = await _socket.ReceiveAsync(buffer, CancellationToken.None);
            message.Write(buffer, 0, read.Count);
        }
        while (!read.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
