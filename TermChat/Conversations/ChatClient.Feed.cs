namespace TermChat.Conversations;

// Received lines one after the other, for a program that prints them.
internal sealed partial class ChatClient
{
    /// <summary>Lines from peers that nobody has seen yet, oldest first; waits for some. The same ones again until <see cref="MarkListed"/>.</summary>
    public async Task<IReadOnlyList<ChatLine>> TakeUnlistedAsync(int max, CancellationToken cancellationToken)
    {
        var news = new SemaphoreSlim(0);
        void Look(ChatChange change)
        {
            if (change.Kind is ChatChangeKind.LinesAdded or ChatChangeKind.LinesChanged && news.CurrentCount == 0)
                news.Release();
        }

        Changed += Look;
        try
        {
            while (true)
            {
                var lines = _store.Unseen(max);
                if (lines.Count > 0)
                    return lines;

                await news.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Changed -= Look;
        }
    }

    /// <summary>The lines were printed.</summary>
    public void MarkListed(IReadOnlyList<ChatLine> lines) => _store.MarkSeen(lines);
}
