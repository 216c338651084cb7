using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>How <c>listen</c> puts things. Each answer is what goes to standard output, ends of lines included; empty for nothing.</summary>
internal interface IListenReport
{
    /// <param name="name">The contact's name; null for a peer without one.</param>
    string Line(ChatLine line, string? name);

    string Connection(ConnectionStatus status);
}
