using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>What a screen or a command sees of the chat: conversations, their lines, contacts, the connection.</summary>
/// <remarks>
/// Everything may be called from any thread. Nothing here waits for the network: what is sent is stored, and goes out by
/// itself. Reading takes from a local database and is quick; it throws <see cref="Identity.SetupException"/>, as writing does, when
/// that cannot be used.
/// </remarks>
internal interface IChat : IContacts
{
    /// <summary>The PeerId of this profile.</summary>
    PeerId Self { get; }

    ConnectionStatus Connection { get; }

    /// <summary>Tries at once to connect, instead of when <see cref="ConnectionStatus.NextAttemptAt"/> has come. Does nothing in any other state than <c>Waiting</c>.</summary>
    void ReconnectNow();

    /// <summary>Something changed. Raised from the chat's own loop, often many times in a row: return soon, and read again what is on show.</summary>
    event Action<ChatChange>? Changed;

    /// <summary>Every peer with a line or a name, the one with the latest line first; those without a line last, by name.</summary>
    IReadOnlyList<Conversation> Conversations();

    /// <summary>The last <paramref name="count"/> lines of a conversation before a line, oldest first.</summary>
    /// <param name="before">The <see cref="ChatLine.Number"/> of the line after them; null for the end of the conversation.</param>
    IReadOnlyList<ChatLine> Lines(PeerId peer, int count, long? before = null);

    /// <summary>Stores a message for a peer. It goes out as soon as it can, and survives the end of the program.</summary>
    /// <exception cref="ArgumentException">The text is empty, or longer than <see cref="ChatText.MaxBytes"/>; or the peer is oneself.</exception>
    ChatLine Send(PeerId peer, string text);

    /// <summary>The person has seen everything in this conversation.</summary>
    void MarkRead(PeerId peer);

    /// <summary>Sends a question through the session with a peer and waits for the answer.</summary>
    /// <exception cref="TimeoutException">No answer came in time: the peer is away, or cannot be reached.</exception>
    Task<PingReply> PingAsync(PeerId peer, TimeSpan timeout, CancellationToken cancellationToken = default);
}
