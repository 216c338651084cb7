using TermChat.Commands;
using TermChat.Conversations;
using TermChat.Conversations.Storage;
using TermChat.Identity;
using TermChat.Screens;

if (!OperatingSystem.IsWindows())
    Posix.KeepNewFilesPrivate();

return await TermChatProgram.RunAsync(args, new Surroundings
{
    Streams = StandardStreams.Open(),
    OpenContacts = profile => ChatStore.Open(profile.DatabasePath),
    StartChat = (profile, key, relay, loggers) => ChatClient.Start(profile.DatabasePath, key, relay, loggers),
    AttachChat = (profile, self) => ChatClient.Attach(profile.DatabasePath, self),
    ShowScreen = (chat, _, cancellationToken) => ChatScreen.Unavailable is { } why
        ? throw new SetupException(why)
        : ChatScreen.RunAsync(chat, ScreenOptions.From(Environment.GetEnvironmentVariable), cancellationToken),
});
