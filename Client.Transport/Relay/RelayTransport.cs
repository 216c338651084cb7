using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Carries messages through a relay.</summary>
/// <remarks>
/// Connects when it is first used - to send, to receive, or by <see cref="ConnectAsync"/> - and from then on keeps itself
/// connected, with growing pauses between attempts and no last one. A send while there is no connection starts an attempt
/// at once and fails if that fails.
/// <para>
/// When a connection breaks, every send without an answer fails with <see cref="TransportError.ConnectionClosed"/>: the relay may
/// have it or not. Send it again with the same id, as a repeat (<see cref="OutgoingMessage.IsRepeat"/>); <c>HybridTransport</c> does that by itself.
/// </para>
/// <para>
/// A relay takes so much from one sender in a second and no more. Whoever sends faster only waits longer for each send: what the relay
/// refuses for that is sent again, in order, when the relay has asked to.
/// </para>
/// </remarks>
public sealed partial class RelayTransport : ITransport
{
    private readonly RelayTransportOptions _options;
    private readonly Uri _url;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory? _loggers;
    private readonly ILogger _logger;
    private readonly Inbox _inbox;
    private readonly CancellationTokenSource _disposing = new();
    private int _disposed;

    /// <param name="loggerFactory">Where the transport and its SignalR connection log. None: nothing is logged.</param>
    /// <exception cref="ArgumentException">The address is none a relay can have, or there is nobody to register, or somebody else than the key says.</exception>
    public RelayTransport(RelayTransportOptions options, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _url = RelayUrl.ToHub(options.Url);
        _time = timeProvider ?? TimeProvider.System;
        _loggers = loggerFactory;
        _logger = loggerFactory?.CreateLogger<RelayTransport>() ?? (ILogger)NullLogger.Instance;
        _inbox = new Inbox(options.RememberedIds);
    }

    public TransportKind Kind => TransportKind.Relay;

    /// <summary>The PeerId this transport registers.</summary>
    public PeerId Self => _options.Peer;

    /// <summary>Where the transport stands with its relay.</summary>
    public RelayConnectionState State => _state;

    public event Action? ConnectionChanged;

    public event Action<LossReport>? LossReported;

    /// <summary>Every change of <see cref="State"/>, in order, with its reason. Raised from the transport's own loop: return soon.</summary>
    public event Action<RelayConnectionChange>? StateChanged;

    /// <summary>Tries to connect at once instead of when the pause is over, one that the relay has asked for included: for a person who knows more than the relay had said.</summary>
    /// <remarks>Does nothing while there is a connection or an attempt to make one, and after <see cref="RelayConnectionState.Replaced"/>.</remarks>
    public void ReconnectNow()
    {
        EnsureRunning();
        lock (_gate)
        {
            if (_link is { IsOpen: true })
                return;

            _refusal = null;
            _hurry.TrySetResult();
        }
    }

    /// <summary>Whether there is a registered connection to the relay. Whether the peer is there, this side cannot know; a send succeeds either way.</summary>
    public bool IsConnected(PeerId peer)
    {
        // Under the lock: whoever waited for a link is told of it a moment before it is the transport's.
        lock (_gate)
            return _link is { IsOpen: true };
    }

    /// <inheritdoc/>
    /// <param name="peer">Any peer: all are reached by the same connection.</param>
    public async ValueTask<ITransportLink> ConnectAsync(PeerId peer, CancellationToken cancellationToken = default) =>
        await WithLink(link => link).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <remarks>Sends that do not wait for each other keep the order of their calls, also while there is no connection yet.</remarks>
    public ValueTask<SendResult> SendAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);

        // A link is to be seen here only when all those who waited for it have had their turn.
        return _link is { IsOpen: true } link && !cancellationToken.IsCancellationRequested
            ? new ValueTask<SendResult>(link.SendAsync(recipient, message, cancellationToken))
            : SendSoonAsync(recipient, message, cancellationToken);
    }

    private async ValueTask<SendResult> SendSoonAsync(PeerId recipient, OutgoingMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sending = await WithLink(link => link.SendAsync(recipient, message, cancellationToken)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return await sending.ConfigureAwait(false);
    }

    public ValueTask<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        EnsureRunning();
        return _inbox.ReceiveAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _stopped.Task.ConfigureAwait(false);
            return;
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        _inbox.Complete(new ObjectDisposedException(nameof(RelayTransport)));
        _stopped.TrySetResult();
    }

    private void Report(LossReport report)
    {
        _logger.Lost(report.Count, report.Direction, report.Reason);
        Raise(nameof(LossReported), () => LossReported?.Invoke(report));
    }

    /// <summary>Runs other people's code in our loops: it must not end them.</summary>
    private void Raise(string name, Action handlers)
    {
        try
        {
            handlers();
        }
        catch (Exception failure)
        {
            _logger.HandlerFailed(failure, name);
        }
    }
}
