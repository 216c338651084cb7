using Client.Transport.Relay;
using CsCheck;
using TermChat.Conversations;
using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class ScreenFrameTests
{
    private static readonly Look Look = Look.Of(unicode: true, TimeZoneInfo.Utc);
    private static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);
    private static readonly Uri Relay = new("wss://relay.example.com/relay");

    public static TheoryData<string, RelayConnectionState, string?, double?> Connections => new()
    {
        { "connected to relay.example.com", RelayConnectionState.Connected, null, null },
        { "connecting to relay.example.com", RelayConnectionState.Connecting, null, null },
        { "reconnecting in 4 s (/reconnect: now)", RelayConnectionState.Waiting, "refused", 3.2 },
        { "reconnecting in 14 min (/reconnect: now)", RelayConnectionState.Waiting, "refused", 802 },
        { "reconnecting", RelayConnectionState.Waiting, "refused", -1 },
        { "not connected: another device uses this identity", RelayConnectionState.Replaced, null, null },
        { "not connected", RelayConnectionState.Replaced, "Another device has registered", null },
        { "not connected", RelayConnectionState.Disposed, "\u001b[2J", null },
        { "not connected yet", RelayConnectionState.Idle, null, null },
    };

    [Theory]
    [MemberData(nameof(Connections))]
    public void The_connection_is_told_in_words(string words, RelayConnectionState state, string? reason, double? nextInSeconds)
    {
        var next = nextInSeconds is { } seconds ? Now + TimeSpan.FromSeconds(seconds) : (DateTimeOffset?)null;

        Assert.Equal(words, StatusText.Of(new ConnectionStatus(state, Relay, reason, next), Now, Look).Text);
    }

    [Theory]
    [InlineData(RelayConnectionState.Waiting, "refused", "refused")]
    [InlineData(RelayConnectionState.Connecting, "two\nlines", "two lines")]
    [InlineData(RelayConnectionState.Disposed, "\u001b[2J", "\uFFFD[2J")]
    [InlineData(RelayConnectionState.Connected, "it was once refused", null)]
    [InlineData(RelayConnectionState.Waiting, null, null)]
    public void Why_there_is_no_connection_is_told_beside_it(RelayConnectionState state, string? reason, string? told) =>
        Assert.Equal(told, StatusText.Why(new ConnectionStatus(state, Relay, reason), Look)?.Text);

    [Fact]
    public void Whatever_the_size_every_row_is_exactly_as_wide_as_the_screen()
    {
        var (chat, time) = ScreenBench.Chat();
        chat.Name(Peers.Bob, "bob");
        chat.Receive(Peers.Bob, "日本語 👍 and a longwordthatfitsnowhereatallinanarrowpane\nand more");
        chat.Receive(Peers.Stranger, "Hello");
        var state = new ScreenState(chat, new ScreenOptions { Time = time });
        state.Input.Insert("half a message");
        state.Say(string.Join(' ', Enumerable.Repeat("much to say", 40)));
        chat.Connect(chat.Connection with { State = RelayConnectionState.Waiting, Reason = string.Join(' ', Enumerable.Repeat("a long story", 40)) });

        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 50]).Sample(
            (width, height) =>
            {
                var frame = ScreenFrame.Of(state, width, height);
                return frame.Rows.Count == height && frame.Rows.All(row => row.Width == width)
                    && frame.Cursor.Column < width && frame.Cursor.Row < height;
            },
            threads: 1);
    }

    [Fact]
    public void The_list_shows_the_open_conversation_wherever_it_is()
    {
        var conversations = Enumerable.Range(1, 40).Select(i => new Conversation(Peers.Numbered((byte)i), $"peer{i}", i, null)).ToList();

        var rows = ConversationRows.Of(conversations, conversations[30].Peer, Look, 16, 7).Select(row => row.ToString()).ToList();

        Assert.Equal(7, rows.Count);
        Assert.Equal("  ↑ 28 more", rows[0]);
        Assert.Contains("› peer31      31", rows);
        Assert.Equal("  ↓ 7 more", rows[^1]);
    }
}
