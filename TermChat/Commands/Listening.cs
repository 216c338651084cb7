using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>Prints what comes, and after that marks it as listed: a line may come twice when the program is killed, and is never lost.</summary>
/// <param name="count">Ends after so many messages; 0: never.</param>
internal sealed class Listening(IChatClient chat, IListenReport report, StandardStreams streams, TimeProvider time, int count)
{
    private const int MaxBatch = 256;

    private ConnectionStatus? _told;
    private int _printed;

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ListenAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual end, unless there was something to wait for.
            return count == 0 ? ExitCode.Success : ExitCode.Interrupted;
        }
    }

    private async Task<int> ListenAsync(CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var changes = new ChangeSignal(chat);
        var closing = streams.WaitForClosingAsync(time, end.Token);
        Task<IReadOnlyList<ChatLine>>? taking = null;
        try
        {
            while (count == 0 || _printed < count)
            {
                var next = changes.Next;
                if (!await FollowConnectionAsync(cancellationToken))
                    return ExitCode.Failure;

                taking ??= chat.TakeUnlistedAsync(count == 0 ? MaxBatch : Math.Min(MaxBatch, count - _printed), end.Token);
                var first = await Task.WhenAny(taking, closing, next).WaitAsync(cancellationToken);
                if (first == closing)
                    await closing;
                if (first != taking)
                    continue;

                await PrintAsync(await taking, cancellationToken);
                taking = null;
            }

            return ExitCode.Success;
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(taking ?? Task.CompletedTask, closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PrintAsync(IReadOnlyList<ChatLine> lines, CancellationToken cancellationToken)
    {
        var names = chat.Contacts().ToDictionary(contact => contact.Peer, contact => contact.Name);
        await WriteAsync(string.Concat(lines.Select(line => report.Line(line, names.GetValueOrDefault(line.Peer)))), cancellationToken);
        chat.MarkListed(lines);
        _printed += lines.Count(line => line.Kind == LineKind.Theirs);
    }

    /// <returns>False when there is no point in listening any more.</returns>
    private async Task<bool> FollowConnectionAsync(CancellationToken cancellationToken)
    {
        var now = chat.Connection;
        if (now != _told)
        {
            _told = now;
            await WriteAsync(report.Connection(now), cancellationToken);
        }

        if (now.State != RelayConnectionState.Replaced)
            return true;

        streams.Say(now.Reason ?? "another device came online with this identity");
        return false;
    }

    private Task WriteAsync(string text, CancellationToken cancellationToken) =>
        text.Length == 0 ? Task.CompletedTask : streams.WriteAsync(text, cancellationToken);
}
