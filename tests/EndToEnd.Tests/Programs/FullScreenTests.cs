using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Two full-screen clients in real terminals, with a real relay between them.</summary>
public sealed class FullScreenTests
{
    [Fact]
    public async Task Two_people_chat_through_a_relay_that_goes_away_and_comes_back()
    {
        SkipWithoutTerminals();
        await using var people = await TwoPeople.MeetAsync();
        await people.Bob.RunAsync("contacts", "add", "alice", people.AliceId);
        var connected = $"connected to {new Uri(people.Relay.Url).Authority}";
        await using var alice = await people.Alice.OpenAsync(80, 24);
        await using var bob = await people.Bob.OpenAsync(120, 40);
        await alice.WaitForAsync(connected);
        await bob.WaitForAsync(connected);

        await SayAsync(alice, "Hello, Bob");
        await bob.WaitForAsync(screen => Shows(screen, "alice  Hello, Bob"));
        await alice.WaitForAsync(screen => Shows(screen, "you  Hello, Bob", "✓✓ relay"));
        await SayAsync(bob, "Hello, Alice");
        await alice.WaitForAsync(screen => Shows(screen, "bob  Hello, Alice"));
        await bob.WaitForAsync(screen => Shows(screen, "you    Hello, Alice", "✓✓ relay"));

        // The relay is gone. Both are told, and write on.
        await people.Relay.KillAsync();
        foreach (var terminal in new[] { alice, bob })
            await terminal.WaitForAsync(screen => Status(screen).Contains("connecting", StringComparison.Ordinal));
        await SayAsync(alice, "Are you still there?");
        await SayAsync(bob, "Where did it go?");
        await alice.WaitForAsync(screen => Shows(screen, "you  Are you still there?", "… waiting"));
        await bob.WaitForAsync(screen => Shows(screen, "you    Where did it go?", "… waiting"));

        await people.Relay.StartAgainAsync();
        await alice.WaitForAsync(screen => Status(screen).Contains(connected, StringComparison.Ordinal) && Shows(screen, "you  Are you still there?", "✓✓ relay"));
        await bob.WaitForAsync(screen => Status(screen).Contains(connected, StringComparison.Ordinal) && Shows(screen, "you    Where did it go?", "✓✓ relay"));
        var texts = new[] { "Hello, Bob", "Hello, Alice", "Are you still there?", "Where did it go?" };
        foreach (var terminal in new[] { alice, bob })
        {
            var screen = await terminal.WaitForAsync(screen => texts.All(text => Shows(screen, text)));
            Assert.All(texts, text => Assert.Equal(1, Rows(screen).Count(row => row.Contains(text, StringComparison.Ordinal))));
        }
    }

    [Fact]
    public async Task Whoever_is_banned_reads_why_and_comes_back_at_once_when_the_ban_is_lifted()
    {
        SkipWithoutTerminals();
        const string Key = "a-key-for-this-test-alone";
        await using var people = await TwoPeople.MeetAsync($"--Server:AdminKey={Key}");
        using var http = new HttpClient { BaseAddress = new Uri(people.Relay.Url), DefaultRequestHeaders = { Authorization = new("Bearer", Key) } };
        await using var alice = await people.Alice.OpenAsync(90, 24);
        await alice.WaitForAsync("connected to");

        await ActAsync("ban");
        var screen = await alice.WaitForAsync("/reconnect: now");
        Assert.Matches(@"^reconnecting in \d+ min \(/reconnect: now\)", Status(screen));
        Assert.Contains("The operator of this relay has banned this PeerId", string.Join(' ', Rows(screen).Select(row => row.Trim())), StringComparison.Ordinal);

        await ActAsync("unban");
        await SayAsync(alice, "/reconnect");
        await alice.WaitForAsync("connected to");

        async Task ActAsync(string action)
        {
            using var answer = await http.PostAsJsonAsync("/admin/" + action, new { peer = people.AliceId }, TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task The_screen_follows_its_terminal_and_leaving_gives_it_back()
    {
        SkipWithoutTerminals();
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var alice = await people.Alice.OpenFromShellAsync(80, 24);
        await alice.WaitForAsync("connected to");
        await SayAsync(alice, "before");
        await alice.WaitForAsync(screen => Shows(screen, "you  before", "✓✓ relay"));

        foreach (var (columns, rows) in new[] { (120, 40), (45, 10), (100, 30) })
        {
            await alice.ResizeAsync(columns, rows);
            await alice.WaitForAsync(screen => Rows(screen) is { Length: var height } all && height == rows
                && all[^1].EndsWith("/help", StringComparison.Ordinal) && all[^1].Length == columns && Shows(screen, "you  before"));
        }

        await SayAsync(alice, "after");
        await bob.HearsAsync("after");
        await alice.WaitForAsync(screen => Shows(screen, "you  after", "✓✓ relay"));
        Assert.Equal("1", await alice.AskAsync("#{alternate_on}"));
        await alice.PressAsync("C-q");

        // Rows above it can be left of what tmux had taken into its history when the terminal became smaller.
        Assert.EndsWith("\nleft with 0", "\n" + (await alice.WaitForAsync("left with")).TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("0 1 0", await alice.AskAsync("#{alternate_on} #{cursor_flag} #{mouse_any_flag}"));
        Assert.Empty(people.Alice.Outstanding());
    }

    [Theory]
    [InlineData("with the terminal's goodbye")]
    [InlineData("without a word")]
    public async Task A_terminal_that_is_gone_ends_the_program(string how)
    {
        SkipWithoutTerminals();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are found by way of /proc.");
        using var alice = new PersonProcess($"http://127.0.0.1:{Ports.Lasting()}");
        var terminal = await alice.OpenAsync(80, 24);
        await terminal.WaitForAsync("connecting");
        var id = Assert.Single(ProcessesOf(alice));

        if (how == "without a word")
        {
            using var tmux = Process.GetProcessById(int.Parse(await terminal.AskAsync("#{pid}"), CultureInfo.InvariantCulture));
            tmux.Kill();
        }

        await terminal.DisposeAsync();

        await Eventually.Is("the program is gone", () => !Directory.Exists($"/proc/{id}"));
        Assert.DoesNotContain("should not have happened", alice.Log, StringComparison.Ordinal);

        // It held the profile; the next one gets it.
        await using var next = alice.Start("listen", "--json");
        await next.WaitForLineAsync("\"event\":\"connecting\"");
    }

    private static void SkipWithoutTerminals() => Assert.SkipWhen(TmuxTerminal.Unavailable is not null, TmuxTerminal.Unavailable ?? "");

    private static async Task SayAsync(TmuxTerminal terminal, string text)
    {
        await terminal.TypeAsync(text);
        await terminal.PressAsync("Enter");
    }

    /// <summary>Whether a row holds all of these.</summary>
    private static bool Shows(string screen, params string[] texts) =>
        Rows(screen).Any(row => texts.All(text => row.Contains(text, StringComparison.Ordinal)));

    private static string Status(string screen) => Rows(screen)[^1];

    private static string[] Rows(string screen) => screen[..^1].Split('\n');

    /// <summary>The processes that run with this person's profile.</summary>
    private static List<string> ProcessesOf(PersonProcess person)
    {
        var processes = new List<string>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")) is var line && line.StartsWith("dotnet\0", StringComparison.Ordinal) && line.Contains(person.Folder, StringComparison.Ordinal))
                    processes.Add(Path.GetFileName(folder));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        return processes;
    }
}
