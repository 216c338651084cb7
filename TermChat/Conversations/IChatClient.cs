using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>A running chat, as commands use it: to send and wait, or to print what comes.</summary>
internal interface IChatClient : IChat, IAsyncDisposable
{
    /// <summary>A line as it is now; null when there is none with this number.</summary>
    ChatLine? Line(long number);

    /// <summary>What this side has written to a peer, earlier runs of the program included, and the peer has not confirmed, in order.</summary>
    IReadOnlyList<(long Number, LineState State)> Unconfirmed(PeerId peer);

    /// <summary>Lines from peers that nobody has seen yet, oldest first; waits for some. The same ones again until <see cref="MarkListed"/>.</summary>
    Task<IReadOnlyList<ChatLine>> TakeUnlistedAsync(int max, CancellationToken cancellationToken);

    /// <summary>The lines were printed.</summary>
    void MarkListed(IReadOnlyList<ChatLine> lines);
}
