using TermChat.Commands;
using TermChat.Conversations;
using TermChat.Conversations.Storage;
using TermChat.Identity;
using TermChat.Screens;

if (!OperatingSystem.IsWindows())
    Posix.KeepNewFilesPrivate();

var streams = StandardStreams.Open();
AppDomain.CurrentDomain.UnhandledException += (_, broken) =>
{
    // On a thread that nobody waits for. The runtime would print pages.
    streams.Say($"this should not have happened: {(broken.ExceptionObject as Exception)?.Message}");
    Environment.Exit(ExitCode.Failure);
};

return await TermChatProgram.RunAsync(args, new Surroundings
{
    Streams = streams,
    OpenContacts = profile => ChatStore.Open(profile.DatabasePath),
    StartChat = (profile, key, relay, loggers) => ChatClient.Start(
        profile.DatabasePath, key, relay, loggers, claim: () => profile.TryLock(out var taken) ? taken : null),
    ShowScreen = (chat, _, cancellationToken) => ChatScreen.Unavailable is { } why
        ? throw new SetupException(why)
        : ChatScreen.RunAsync(chat, ScreenOptions.From(Environment.GetEnvironmentVariable), cancellationToken),
});
