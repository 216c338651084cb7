using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>What the commands find around them: a terminal, an environment, a clock, and the chat itself.</summary>
internal sealed record Surroundings
{
    public required StandardStreams Streams { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Opens the contacts of a profile, without going online. Disposed of when the command has ended.</summary>
    public required Func<Profile, IContacts> OpenContacts { get; init; }

    /// <summary>Starts the chat of a profile. It goes online when no other process is, else when that one ends.</summary>
    public required Func<Profile, PeerKey, Uri, ILoggerFactory, IChatClient> StartChat { get; init; }

    /// <summary>The full-screen client: from its first picture to its exit code.</summary>
    public required Func<IChatClient, Profile, CancellationToken, Task<int>> ShowScreen { get; init; }
}
