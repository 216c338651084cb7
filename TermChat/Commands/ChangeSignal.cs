using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>Lets a command sleep until something in the chat is different.</summary>
internal sealed class ChangeSignal : IDisposable
{
    private readonly IChat _chat;
    private TaskCompletionSource _next = New();

    public ChangeSignal(IChat chat)
    {
        _chat = chat;
        _chat.Changed += OnChanged;
    }

    /// <summary>Completes at the next change. Ask for it before looking, or one slips by.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Dispose() => _chat.Changed -= OnChanged;

    private void OnChanged(ChatChange change) => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
