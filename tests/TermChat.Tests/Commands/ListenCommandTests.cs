using System.Text.Json;
using Client.Transport.Relay;
using TermChat.Commands;
using TermChat.Conversations;
using TestKit;

namespace TermChat.Tests.Commands;

public sealed class ListenCommandTests : IDisposable
{
    private const string Hostile = "\e]0;owned\a \u009b31m \u202egpj.exe \u2066x \u200f \u2028 \ud83d\ude00 \"quoted\" \\ ä it's + <b>\r\n";

    private readonly Desk _desk = new();

    public ListenCommandTests()
    {
        _desk.Profile.LoadOrCreateKey().Dispose();
        _desk.Contacts.Name(Desk.Bob, "bob");
    }

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_line_says_who_and_what_and_marks_the_message_as_listed()
    {
        _desk.Chat.Receive(Desk.Bob, "Hello");
        _desk.Chat.Receive(Desk.Stranger, "it's me");

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("listen", "--count", "2"));
        Assert.Equal($"bob: Hello\n{Desk.Stranger.Value}: it's me\n", _desk.Printed);
        Assert.Equal([1, 2], _desk.Chat.Listed);
        Assert.Contains("listening at http://relay.example.com:9000/", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_character_of_a_text_touches_the_terminal()
    {
        _desk.Chat.Receive(Desk.Bob, Hostile);
        await _desk.RunAsync("listen", "--count", "1");
        Assert.All(_desk.Printed.TrimEnd('\n').EnumerateRunes(), rune => Assert.True(ChatText.IsSafe(rune)));
        Assert.Single(_desk.Printed, '\n');
    }

    [Fact]
    public async Task A_JSON_line_has_the_whole_text_and_escapes_what_could_touch_the_terminal()
    {
        _desk.Chat.Receive(Desk.Bob, Hostile);

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("listen", "--json", "--count", "1"));

        var line = Assert.Single(Lines(), line => line.Contains("message", StringComparison.Ordinal));
        Assert.All(line.EnumerateRunes(), rune => Assert.True(ChatText.IsSafe(rune)));
        Assert.Contains("ä it's + <b>", line, StringComparison.Ordinal);
        var message = JsonDocument.Parse(line).RootElement;
        Assert.Equal(["event", "id", "from", "name", "text", "path", "at"], message.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Hostile, message.GetProperty("text").GetString());
        Assert.Equal("message", message.GetProperty("event").GetString());
        Assert.Equal(Desk.Bob.Value, message.GetProperty("from").GetString());
        Assert.Equal("bob", message.GetProperty("name").GetString());
        Assert.Equal("relay", message.GetProperty("path").GetString());
        Assert.Equal("2026-11-23T06:00:00.250Z", message.GetProperty("at").GetString());
    }

    [Fact]
    public async Task Half_a_character_is_no_reason_to_stop()
    {
        _desk.Chat.Receive(Desk.Bob, "a\ud800b");

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("listen", "--json", "--count", "1"));
        Assert.Equal("a\ufffdb", JsonDocument.Parse(Lines()[^1]).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public async Task JSON_tells_every_change_of_the_connection()
    {
        using var enough = new CancellationTokenSource();
        var listening = _desk.RunAsync(enough.Token, "listen", "--json");
        await Eventually.Is("the first event", () => Lines().Length == 1);
        _desk.Chat.Connection = _desk.Chat.Connection with { State = RelayConnectionState.Waiting, Reason = "gone", NextAttemptAt = _desk.Time.GetUtcNow() };
        await Eventually.Is("the second event", () => Lines().Length == 2);
        _desk.Chat.Connection = _desk.Chat.Connection with { State = RelayConnectionState.Connecting };
        await Eventually.Is("the third event", () => Lines().Length == 3);

        await enough.CancelAsync();

        Assert.Equal(ExitCode.Success, await listening);
        Assert.Equal(["connected", "disconnected", "connecting"], Lines().Select(line => JsonDocument.Parse(line).RootElement.GetProperty("event").GetString()));
        Assert.Contains("\"reason\":\"gone\",\"next\":\"2026-11-23T06:00:00.000Z\"", Lines()[1], StringComparison.Ordinal);
        Assert.Empty(_desk.Said);
    }

    [Fact]
    public async Task What_could_not_be_written_is_not_marked_and_comes_again()
    {
        _desk.Chat.Receive(Desk.Bob, "Hello");
        _desk.OutputStream = new FullDisk();
        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("listen", "--count", "1"));
        Assert.Contains("Standard output takes nothing more: No space left", _desk.Said, StringComparison.Ordinal);
        Assert.Empty(_desk.Chat.Listed);

        _desk.OutputStream = null;
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("listen", "--count", "1"));
        Assert.Equal("bob: Hello\n", _desk.Printed);
    }

    [Fact]
    public async Task No_more_than_the_wanted_number_is_taken()
    {
        foreach (var number in Enumerable.Range(1, 3))
            _desk.Chat.Receive(Desk.Bob, $"{number}");

        await _desk.RunAsync("listen", "--count", "2");

        Assert.Equal("bob: 1\nbob: 2\n", _desk.Printed);
        Assert.Equal([1, 2], _desk.Chat.Listed);
    }

    [Fact]
    public async Task A_notice_goes_to_the_person_and_is_not_counted()
    {
        _desk.Chat.Receive(Desk.Bob, "2 messages were lost", LineKind.Notice);
        _desk.Chat.Receive(Desk.Bob, "Hello");

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("listen", "--count", "1"));
        Assert.Equal("bob: Hello\n", _desk.Printed);
        Assert.Contains("bob: 2 messages were lost", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Somebody_else_who_took_over_the_identity_ends_the_listening()
    {
        _desk.Chat.Connection = new ConnectionStatus(RelayConnectionState.Replaced, null, "Another connection registered this PeerId.");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("listen"));
        Assert.Contains("Another connection", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_before_the_wanted_number_is_an_interruption()
    {
        using var interrupt = new CancellationTokenSource();
        var listening = _desk.RunAsync(interrupt.Token, "listen", "--count", "1");
        await Eventually.Is("it listens", () => _desk.Said.Contains("listening", StringComparison.Ordinal));

        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await listening);
    }

    private string[] Lines() => _desk.Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private sealed class FullDisk : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("No space left on device", 28);
    }
}
