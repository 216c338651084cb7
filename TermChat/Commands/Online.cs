using System.CommandLine;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>Runs what a command does with the chat of a profile.</summary>
internal static class Online
{
    /// <param name="work">Gets the running chat; it is ended afterwards, whatever happens.</param>
    public static async Task<int> RunAsync(
        ProgramOptions options, ParseResult parsed, Func<IChatClient, Profile, Task<int>> work)
    {
        var profile = options.OpenProfile(parsed);
        var relay = options.ChooseRelay(parsed, profile);
        using var log = options.OpenLog(parsed, profile);
        using var key = LoadKey(options.Streams, profile);

        await using var chat = options.Around.StartChat(profile, key, relay.Url, log.Loggers);
        return await work(chat, profile);
    }

    /// <summary>The profile's key; says so when it is a new one.</summary>
    public static Relay.Contracts.PeerKey LoadKey(StandardStreams streams, Profile profile)
    {
        var isNew = !profile.HasKey;
        var key = profile.LoadOrCreateKey();
        if (isNew)
            streams.Say($"your new identity is in {profile.KeyPath}; keep a copy in a safe place");
        return key;
    }
}
