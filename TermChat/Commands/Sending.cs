using Client.Transport.Relay;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Conversations.Delivery;

namespace TermChat.Commands;

/// <summary>Puts messages into the outbox and follows them until they are where they should be, or no longer get further.</summary>
/// <param name="toTheEnd">Whether they should be on the recipient's device; else at the relay.</param>
/// <param name="patience">How long nothing may happen.</param>
internal sealed class Sending(IChatClient chat, PeerId peer, bool toTheEnd, TimeSpan patience, StandardStreams streams, TimeProvider time)
{
    /// <summary>Lines that are not where they should be. More input waits: a relay that is away gets no endless outbox.</summary>
    private const int MaxUnderWay = 512;

    private readonly List<(long Number, LineState State)> _underWay = [];
    private readonly HashSet<long> _earlier = [];
    private readonly ConnectionNotice _notice = new(streams);
    private int _arrived;
    private int _failed;
    private int _refused;
    private int _empty;
    private bool _isInputLeft;
    private string? _firstFailure;

    private string Goal => toTheEnd ? "delivered" : "accepted";

    public async Task<int> RunAsync(IAsyncEnumerable<string> texts, CancellationToken cancellationToken)
    {
        using var changes = new ChangeSignal(chat);
        if (toTheEnd)
            WaitForEarlier();
        try
        {
            var isMoving = true;
            await foreach (var text in texts)
            {
                Add(text);
                isMoving = await SettleAsync(changes, MaxUnderWay - 1, cancellationToken);
                if (!isMoving)
                {
                    _isInputLeft = true;
                    break;
                }
            }

            if (isMoving)
                await SettleAsync(changes, 0, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Look();
            streams.Say($"interrupted: {_arrived} {Goal}{Rest()}");
            return ExitCode.Interrupted;
        }

        streams.Say(Summary());
        return _underWay.Count + _failed + _refused == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>
    /// The recipient shows messages in their order. If an earlier one was lost on its way, with a relay that restarted, only this
    /// side can send it again, and has to stay for that.
    /// </summary>
    private void WaitForEarlier()
    {
        _underWay.AddRange(chat.Unconfirmed(peer));
        _earlier.UnionWith(_underWay.Select(line => line.Number));
    }

    private void Add(string text)
    {
        if (text.Length == 0)
        {
            _empty++;
            return;
        }

        try
        {
            var line = chat.Send(peer, text);
            _underWay.Add((line.Number, line.State));
        }
        catch (ArgumentException wrong)
        {
            _refused++;
            _firstFailure ??= wrong.Sentence();
        }
    }

    /// <summary>Waits until no more than so many lines are under way.</summary>
    /// <returns>False when nothing has moved for too long, or nothing will any more.</returns>
    private async Task<bool> SettleAsync(ChangeSignal changes, int max, CancellationToken cancellationToken)
    {
        var moved = time.GetTimestamp();
        while (_underWay.Count > max)
        {
            var next = changes.Next;
            if (Look())
                moved = time.GetTimestamp();
            if (_underWay.Count <= max)
                break;

            var connection = chat.Connection;
            _notice.Follow(connection.State, connection.Reason, connection.NextAttemptAt - time.GetUtcNow());
            var left = patience - time.GetElapsedTime(moved);
            if (left <= TimeSpan.Zero || connection.State == RelayConnectionState.Replaced)
                return false;
            await next.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }

    /// <returns>Whether any line has got further.</returns>
    private bool Look()
    {
        var hasMoved = false;
        var still = 0;
        for (var at = 0; at < _underWay.Count; at++)
        {
            var (number, before) = _underWay[at];
            var now = chat.Line(number);
            hasMoved |= now?.State != before;
            if (now is { State: LineState.Waiting or LineState.Sent } && (toTheEnd || now.State == LineState.Waiting))
                _underWay[still++] = (number, now.State);
            else if (_earlier.Contains(number))
                continue;
            else if (now is { State: LineState.Sent or LineState.Delivered })
                _arrived++;
            else
                Fail(now?.Reason);
        }

        _underWay.RemoveRange(still, _underWay.Count - still);
        return hasMoved;
    }

    private void Fail(string? reason)
    {
        _failed++;
        _firstFailure ??= reason;
    }

    private string Summary()
    {
        var skipped = (_empty > 0 ? $"; {_empty} empty lines were left out" : "") + (_isInputLeft ? "; the rest of the input was not read" : "");
        if (_refused + _failed > 0)
            return $"not sent: {_refused + _failed} of {_refused + _failed + _arrived + _underWay.Count}: {_firstFailure ?? "no reason is known"}{Rest()}{skipped}";
        return _underWay.Count > 0 ? $"waiting: {WhyWaiting()} {_arrived} {Goal}{Rest()}{skipped}" : $"{Goal}: {_arrived}{skipped}";
    }

    private string WhyWaiting()
    {
        var connection = chat.Connection;
        if (connection.State == RelayConnectionState.Connected)
        {
            if (IsMailboxFull())
                return $"the recipient has {PeerLane.MaxFlying} messages to fetch, and a relay keeps no more: it may be away.";
            return _underWay.Any(line => line.State == LineState.Waiting)
                ? "the relay does not take the messages."
                : "the relay has the messages, but the recipient's device has not confirmed them: it may be away.";
        }

        var reason = connection.Reason ?? $"there is no connection to the relay{(connection.Relay is { } relay ? $" {relay}" : "")}";
        return reason.EndsWith('.') ? reason : reason + ".";
    }

    private bool IsMailboxFull() =>
        chat.Lines(peer, PeerLane.MaxFlying + MaxUnderWay).Count(line => line is { Kind: LineKind.Mine, State: LineState.Sent }) >= PeerLane.MaxFlying;

    private string Rest() => _underWay.Count == 0
        ? ""
        : $", {_underWay.Count} in the outbox: {(_underWay.Count == 1 ? "it goes out by itself" : "they go out by themselves")} when termchat runs next";
}
