using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>One recorded log entry.</summary>
/// <param name="Text">Everything a log could write about it: message, values, scopes, exception.</param>
public sealed record LogEntry(LogLevel Level, string Category, EventId Id, string Message, Exception? Exception, string Text)
{
    public override string ToString() => $"{Level} {Category}[{Id.Id}] {Message}{(Exception is null ? "" : $"\n{Exception}")}";
}
