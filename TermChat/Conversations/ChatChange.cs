using Relay.Contracts;

namespace TermChat.Conversations;

/// <summary>What became different.</summary>
internal enum ChatChangeKind
{
    /// <summary><see cref="IChat.Connection"/>.</summary>
    Connection = 0,

    /// <summary>New lines in the conversation with <see cref="ChatChange.Peer"/>.</summary>
    LinesAdded = 1,

    /// <summary>Lines of that conversation have another state, path or reason.</summary>
    LinesChanged = 2,

    /// <summary>Names of contacts, or what counts as read.</summary>
    Contacts = 3,
}

/// <param name="Kind">What.</param>
/// <param name="Peer">In whose conversation; null when it is about none or all.</param>
internal readonly record struct ChatChange(ChatChangeKind Kind, PeerId? Peer = null);
