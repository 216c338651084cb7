using Client.Transport;
using TermChat.Conversations;
using TermChat.Screens;
using TermChat.Tests.Screens;

// The full-screen client over a chat in memory, to try it out and to drive it in a real terminal. Nobody else is there:
// what is sent gets delivered at once, and "echo TEXT" comes back. "flood" brings a thousand lines.
var chat = new FakeChat(Peers.Me, TimeProvider.System)
{
    Pong = () => new PingReply(TimeSpan.FromMilliseconds(23), TransportKind.Relay),
};
if (!args.Contains("--empty"))
{
    chat.Name(Peers.Bob, "bob");
    chat.Name(Peers.Carol, "carol");
    for (var i = 1; i <= 250; i++)
        chat.Receive(Peers.Bob, $"message {i} of bob");
    chat.Receive(Peers.Carol, "Are you there?");
    chat.Receive(Peers.Stranger, "You don't know me.");
    chat.MarkRead(Peers.Bob);
}

chat.Changed += change =>
{
    if (change is not { Kind: ChatChangeKind.LinesAdded, Peer: { } peer } || chat.Lines(peer, 1) is not [{ Kind: LineKind.Mine, State: LineState.Waiting } line])
        return;

    _ = Task.Run(() =>
    {
        chat.Advance(line, LineState.Delivered, TransportKind.Relay);
        if (line.Text.StartsWith("echo ", StringComparison.Ordinal))
            chat.Receive(peer, line.Text["echo ".Length..]);
        for (var i = 1; i <= 1000 && line.Text == "flood"; i++)
            chat.Receive(peer, $"line {i} of the flood");
    });
};

var exitCode = await ChatScreen.RunAsync(chat, ScreenOptions.From(Environment.GetEnvironmentVariable));
foreach (var (_, text) in chat.Sent)
    Console.WriteLine(">" + text.ReplaceLineEndings("|"));
Console.WriteLine($"left after {chat.Sent.Count} messages");
return exitCode;
