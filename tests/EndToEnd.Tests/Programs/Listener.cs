using System.Text.Json;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Somebody's <c>listen --json</c>, killed and started again as a test likes, and all that it has printed.</summary>
internal sealed class Listener(PersonProcess person) : IAsyncDisposable
{
    /// <summary>What <c>listen</c> writes at once, and marks as seen after that.</summary>
    private const int MaxBatch = 256;

    private readonly List<ProgramProcess> _runs = [];

    /// <summary>The process that runs now.</summary>
    public ProgramProcess Process => _runs[^1];

    /// <summary>How many messages were printed so far, the repeated ones too.</summary>
    public int Count => _runs.Sum(run => run.Output.Lines.Count(IsMessage));

    public static async Task<Listener> StartAsync(PersonProcess person)
    {
        var listener = new Listener(person);
        await listener.StartAgainAsync();
        return listener;
    }

    /// <summary>Does not wait until it is connected: in the middle of a burst, or without a relay, that is a matter of its own.</summary>
    public void Start() => _runs.Add(person.Start("listen", "--json"));

    public async Task StartAgainAsync()
    {
        Start();
        await Process.WaitForLineAsync("\"event\":\"connected\"");
    }

    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    public Task HearsAsync(int count) =>
        Eventually.Is($"{count} messages are printed", () => Count >= count || Process.HasExited);

    /// <summary>Waits for a message with this text from the process that runs now.</summary>
    public Task HearsAsync(string text) => Process.WaitForLineAsync(
        line => IsMessage(line) && line.Contains(text, StringComparison.Ordinal) && JsonElement.Parse(line).GetProperty("text").ValueEquals(text));

    /// <summary>The texts in the order in which they were printed, each as often as <c>docs/conversations.md</c> allows it, counted once.</summary>
    /// <remarks>
    /// A process that is killed between writing a batch and marking it as seen prints that batch again the next time; the
    /// <c>id</c> tells. So what a run repeats stands at its very beginning, is what was printed last, in the same order, and no more than a batch.
    /// Whatever else comes twice is a failure here.
    /// </remarks>
    public IReadOnlyList<string> Heard()
    {
        var heard = new List<(string Id, string Text)>();
        foreach (var run in _runs)
        {
            var printed = Messages(run);
            var known = heard.Select(message => message.Id).ToHashSet();
            var repeated = printed.TakeWhile(message => known.Contains(message.Id)).Count();
            Assert.InRange(repeated, 0, MaxBatch);
            Assert.Equal(heard.TakeLast(repeated), printed.Take(repeated));
            heard.AddRange(printed.Skip(repeated));
        }

        Assert.Equal(heard.Count, heard.Select(message => message.Id).Distinct().Count());
        return [.. heard.Select(message => message.Text)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var run in _runs)
            await run.DisposeAsync();
    }

    private static List<(string Id, string Text)> Messages(ProgramProcess run)
    {
        // The last line of a process that was killed while it wrote can be half a line. Nothing was marked as seen then.
        var lines = run.Output.Lines;
        var whole = run.HasExited && lines is [.., var last] && !last.EndsWith('}') ? lines.SkipLast(1) : lines;
        return
        [
            .. from line in whole
               where IsMessage(line)
               let message = JsonElement.Parse(line)
               select (message.GetProperty("id").GetString()!, message.GetProperty("text").GetString()!),
        ];
    }

    private static bool IsMessage(string line) => line.StartsWith("{\"event\":\"message\"", StringComparison.Ordinal);
}
