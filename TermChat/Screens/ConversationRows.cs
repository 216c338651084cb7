using Relay.Contracts;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>The list of conversations as rows of the screen.</summary>
internal static class ConversationRows
{
    /// <param name="height">At most so many rows; the open conversation is always among them.</param>
    public static IReadOnlyList<Row> Of(IReadOnlyList<Conversation> conversations, PeerId? open, Look look, int width, int height)
    {
        var openAt = conversations.ToList().FindIndex(conversation => conversation.Peer == open);
        var first = Math.Max(0, Math.Min(openAt - (height / 2), conversations.Count - height));
        var rows = conversations.Skip(first).Take(height).Select(conversation => RowOf(conversation, conversation.Peer == open, look, width)).ToList();
        if (first > 0)
            rows[0] = Row.Of($"  {look.Marks.Above} {first + 1} more", Tone.Quiet);
        if (conversations.Count - first - height is > 0 and var below)
            rows[^1] = Row.Of($"  {look.Marks.Below} {below + 1} more", Tone.Quiet);
        return rows;
    }

    private static Row RowOf(Conversation conversation, bool isOpen, Look look, int width)
    {
        // A peer that is no contact is marked, so that a stranger cannot look like a friend.
        var label = PeerLabel.Of(conversation.Peer, conversation.Name, look.Marks);
        var mark = conversation.Name is null ? "? " : "";
        var tone = isOpen ? Tone.Chosen : conversation.Unread > 0 ? Tone.Strong : Tone.Plain;
        var unread = conversation.Unread switch
        {
            0 => Row.Empty,
            > 99 => Row.Of(" 99+", Tone.Strong),
            var count => Row.Of($" {count}", Tone.Strong),
        };
        var room = width - 2 - unread.Width;
        var name = Row.Of(isOpen ? look.Marks.Chosen + " " : "  ", tone).Plus(Cells.Shorten(mark + label, room, look.Marks.Ellipsis), tone);
        return name.PlusAtRight(unread, width);
    }
}
