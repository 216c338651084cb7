namespace Relay.Hub.Sessions;

/// <summary>The two ways to say yes to a message.</summary>
internal enum AnswerKind
{
    /// <summary>Its recipient is connected.</summary>
    Accepted,

    /// <summary>Its recipient is away.</summary>
    Queued,
}
