using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>One registered connection to the relay, from its making to its end. Never used again after that.</summary>
/// <remarks>
/// A new <see cref="HubConnection"/> for every link, because an old one's callbacks go on after it was closed: whatever
/// still comes in on a link that has ended bounces off <see cref="_end"/> and the inbox.
/// </remarks>
internal sealed partial class RelayLink : ITransportLink, IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly Uri _url;
    private readonly Inbox _inbox;
    private readonly Action<LossReport> _report;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private readonly TaskCompletionSource<Registered> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TransportException> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private RelayLimits _limits = new();
    private Task _writing = Task.CompletedTask;
    private Task _acknowledging = Task.CompletedTask;
    private int _disposed;

    private RelayLink(HubConnection connection, Uri url, Inbox inbox, Action<LossReport> report, TimeProvider time, ILogger logger)
    {
        (_connection, _url, _inbox, _report, _time, _logger) = (connection, url, inbox, report, time, logger);
        _sends = new SendQueue(time);
        Listen();
        _connection.Closed += failure =>
        {
            Break(Closed(failure));
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes with the reason when the link has broken.</summary>
    public Task<TransportException> Ended => _end.Task;

    /// <summary>Whether the relay closed the link because another connection registered the PeerId.</summary>
    public bool WasReplaced { get; private set; }

    public bool IsOpen => !_end.Task.IsCompleted;

    /// <summary>Connects and registers.</summary>
    /// <exception cref="TransportException">It did not work. Nothing is left behind.</exception>
    public static async Task<RelayLink> ConnectAsync(
        RelayTransportOptions options, Inbox inbox, Action<LossReport> report, TimeProvider time, ILogger logger,
        ILoggerFactory? loggers, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(HttpTransportType.WebSockets).ConfigureAwait(false);
        }
        catch (TransportException noWebSockets) when (options.AllowLongPolling && ConnectFailure.IsForLackOfWebSockets(noWebSockets))
        {
            try
            {
                var link = await ConnectAsync(HttpTransportType.LongPolling).ConfigureAwait(false);
                logger.PollingInstead(RelayUrl.ToHub(options.Url), noWebSockets.Message);
                return link;
            }
            catch (TransportException failure) when (failure is { Error: TransportError.Io, Code: ErrorCode.None })
            {
                // An answer again, and again none of a relay's: the first one says more about why.
                throw noWebSockets;
            }
        }

        Task<RelayLink> ConnectAsync(HttpTransportType way) =>
            RelayLink.ConnectAsync(options, way, inbox, report, time, logger, loggers, cancellationToken);
    }

    private static async Task<RelayLink> ConnectAsync(
        RelayTransportOptions options, HttpTransportType way, Inbox inbox, Action<LossReport> report, TimeProvider time, ILogger logger,
        ILoggerFactory? loggers, CancellationToken cancellationToken)
    {
        var url = RelayUrl.ToHub(options.Url);
        var link = new RelayLink(CreateConnection(options, url, way, loggers), url, inbox, report, time, logger);
        try
        {
            await link.StartAsync(options, cancellationToken).ConfigureAwait(false);
            await link.RegisterAsync(options, cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch (Exception failure)
        {
            var reason = cancellationToken.IsCancellationRequested ? link.Closed(failure) : ConnectFailure.Explain(failure, url);
            link.Break(reason);
            await link.DisposeAsync().ConfigureAwait(false);
            throw reason;
        }
    }

    private static HubConnection CreateConnection(RelayTransportOptions options, Uri url, HttpTransportType way, ILoggerFactory? loggers)
    {
        try
        {
            return HubConnectionFactory.Create(options, url, way, loggers);
        }
        catch (Exception failure)
        {
            // The application's own code; thrown through, it would end the loop that makes connections.
            throw new TransportException(
                TransportError.Io, $"The connection to the relay {url} could not be set up ({nameof(options.ConfigureHttp)}): {failure.Message}", failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;

        if (IsOpen && _registered.Task.IsCompletedSuccessfully)
            await SayGoodbyeAsync().ConfigureAwait(false);
        Break(new TransportException(TransportError.ConnectionClosed, "The transport was disposed."));
        await _writing.ConfigureAwait(false);
        await _acknowledging.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);

        // The connection closing by itself may have come first, and be at it still.
        await _broken.Task.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task StartAsync(RelayTransportOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await _connection.StartAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TransportException(
                TransportError.Timeout,
                $"Connecting to the relay {_url} took longer than {options.ConnectTimeout} (ConnectTimeout). " +
                "Is a firewall in the way, or the relay overloaded?",
                failure);
        }
    }

    private void Break(TransportException reason)
    {
        // The first reason counts; what follows from it, the connection closing above all, says less.
        if (!_end.TrySetResult(reason))
            return;

        _challenged.TrySetException(reason);
        _registered.TrySetException(reason);

        // Nobody may be waiting for the registration any more; the reason is in _end.
        _ = (_challenged.Task.Exception, _registered.Task.Exception);

        // Frees a writer that is stuck in front of a relay that does not read.
        _stop.Cancel();
        _sends.Break(reason);
        _acknowledgeSoon.Writer.TryComplete();
        _broken.TrySetResult();
    }

    private TransportException Closed(Exception? failure) => new(
        TransportError.ConnectionClosed,
        failure is null ? $"The relay {_url} closed the connection." : $"The connection to the relay {_url} broke: {failure.Message}",
        failure);
}
