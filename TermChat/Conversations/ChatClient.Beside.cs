using Client.Transport.Relay;
using TermChat.Conversations.Delivery;
using TermChat.Identity;

namespace TermChat.Conversations;

// Beside another process that is online with the same profile: it sends what this one puts into the outbox, and stores
// what comes for both. When it ends, this one takes its place.
internal sealed partial class ChatClient
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private ITimer? _looks;
    private long _storeVersion;

    private void Begin(Func<IDisposable?> claim, Func<OnlineChat> goOnline)
    {
        if (TryGoOnline(claim, goOnline))
            return;

        _connection = _connection with
        {
            State = RelayConnectionState.Idle,
            Reason = "another termchat is online with this profile, and sends and receives for this one",
        };
        _storeVersion = _store.Version;
        _looks = _time.CreateTimer(_ => Look(claim, goOnline), null, LookInterval, Timeout.InfiniteTimeSpan);
    }

    private bool TryGoOnline(Func<IDisposable?> claim, Func<OnlineChat> goOnline)
    {
        lock (_gate)
        {
            if (_disposed || (_claim = claim()) is null)
                return false;

            try
            {
                _connection = _connection with { State = RelayConnectionState.Connecting, Reason = null };
                _online = goOnline();
                return true;
            }
            catch
            {
                // Given back, or the next look would find the profile taken by this process itself.
                _claim.Dispose();
                _claim = null;
                throw;
            }
        }
    }

    private void Look(Func<IDisposable?> claim, Func<OnlineChat> goOnline)
    {
        try
        {
            var version = _store.Version;
            var isOnline = TryGoOnline(claim, goOnline);
            if (isOnline)
                Raise(new ChatChange(ChatChangeKind.Connection));
            if (isOnline || version != _storeVersion)
            {
                _storeVersion = version;
                Raise(new ChatChange(ChatChangeKind.LinesAdded));
                Raise(new ChatChange(ChatChangeKind.LinesChanged));
            }

            // One look at a time: the next is due only when this one is done.
            if (!isOnline)
                _looks?.Change(LookInterval, Timeout.InfiniteTimeSpan);
        }
        catch (Exception ended) when (ended is ObjectDisposedException or InvalidOperationException or SetupException)
        {
            // The chat was closed in the same moment, the database is busy for long, or the lock cannot be opened: the next look sees what this one missed.
            lock (_gate)
            {
                if (!_disposed)
                    _looks?.Change(LookInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
