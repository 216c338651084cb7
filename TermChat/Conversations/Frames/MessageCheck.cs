using System.Text;
using Relay.Contracts;
using TermChat.Conversations.Storage;

namespace TermChat.Conversations.Frames;

/// <summary>Whether a text that came from a peer is one to take.</summary>
internal static class MessageCheck
{
    /// <summary>How far ahead a sender's clock may be. Clocks that are set by the network differ by seconds; one set by hand by minutes.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromMinutes(10);

    /// <summary>How old a message may be. The outbox of somebody who was away keeps its messages for weeks.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(30);

    /// <summary>The largest number that every implementation of MessagePack can read.</summary>
    private const long MaxNumber = 1L << 53;

    /// <summary>Reads what orders the message.</summary>
    /// <returns>False when it makes no sense, so that it could not even be refused.</returns>
    public static bool TryRead(TextMessage text, out IncomingMessage message)
    {
        message = default;
        if (!MessageId.TryRead(text.Id.Span, out var id) || !TryReadPlace(text.Stream, text.Floor, out var stream))
            return false;
        if (text.Sequence < text.Floor || text.Sequence > MaxNumber || text.At is < 0 or > MaxNumber || text.At > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return false;

        message = new IncomingMessage(id, stream, text.Sequence, text.Floor, DateTimeOffset.FromUnixTimeMilliseconds(text.At));
        return true;
    }

    public static bool TryReadPlace(ReadOnlyMemory<byte> streamBytes, long floor, out MessageId stream) =>
        MessageId.TryRead(streamBytes.Span, out stream) && floor is >= 1 and <= MaxNumber;

    /// <returns><see cref="RefusalReason.None"/> when there is nothing against it.</returns>
    public static RefusalReason Check(TextMessage text, DateTimeOffset at, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text.Text) || Encoding.UTF8.GetByteCount(text.Text) > ChatText.MaxBytes)
            return RefusalReason.Text;
        if (at - now > MaxAhead)
            return RefusalReason.TimeAhead;
        return now - at > MaxAge ? RefusalReason.TimeBehind : RefusalReason.None;
    }

    /// <summary>What the sender's person is told.</summary>
    public static string Explain(int reason) => (RefusalReason)reason switch
    {
        RefusalReason.TimeAhead => $"refused: your clock is more than {MaxAhead.TotalMinutes:0} minutes ahead of the recipient's. Check both ('termchat doctor')",
        RefusalReason.TimeBehind => $"refused: by the recipient's clock it was written more than {MaxAge.TotalDays:0} days ago. Check the clocks, and send it again",
        RefusalReason.Text => "refused: the recipient's program does not take this text",
        _ => "refused by the recipient's program",
    };
}
