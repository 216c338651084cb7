using System.Globalization;
using Microsoft.AspNetCore.SignalR.Protocol;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>A fuzzing peer's connection: says anything, and knows what the relay has read of it.</summary>
/// <remarks>
/// It knows by probes: calls that ask for a completion. The calls of a connection are read one after the other, so a
/// probe that is answered says that everything in front of it was read.
/// </remarks>
internal sealed class Conversation : IAsyncDisposable
{
    // Far longer than a relay on a busy machine takes; a relay that does not answer at all is a finding.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ILine _line;
    private readonly Encoding _encoding;
    private readonly Answers _answers;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _news = new(0);
    private readonly Task _reading;
    private long _probes;
    private volatile bool _isClosed;

    /// <param name="understands">Whether the relay will speak that encoding; not where the handshake itself is wrong.</param>
    public Conversation(ILine line, Encoding encoding, bool understands = true)
    {
        (_line, _encoding, _answers) = (line, encoding, new Answers(understands ? encoding : null));
        _reading = ReadAsync();
    }

    /// <summary>Whether the relay has closed, or said that it will.</summary>
    public bool IsOver => _isClosed || _answers.HasEnded;

    public bool IsRegistered => _answers.IsRegistered;

    public long Refusals => _answers.Refusals;

    public string? Epoch => _answers.Epoch;

    public Task ShakeHandsAsync() => SendAsync(Handshakes.Right(_encoding));

    /// <returns>False if the relay has refused.</returns>
    public async Task<bool> RegisterAsync(string name)
    {
        await SendAsync(ValidFrames.Write(_encoding, ValidFrames.Call(
            nameof(IRelayHub.Register), new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = name })));
        await UntilAsync(() => IsRegistered);
        return IsRegistered;
    }

    /// <summary>Sends, unless the relay has closed meanwhile.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _line.SendAsync(bytes, CancellationToken.None).WaitAsync(Patience, TimeProvider.System);
        }
        catch (Exception failure) when (failure is not TimeoutException)
        {
            _isClosed = true;
        }
    }

    /// <summary>A call that is answered when everything before it was read.</summary>
    public byte[] NextProbe() => ValidFrames.Write(_encoding, new InvocationMessage(
        Answers.ProbePrefix + (++_probes).ToString(CultureInfo.InvariantCulture), nameof(IRelayHub.Acknowledge), [new Acknowledgement { Epoch = "probe" }]));

    /// <summary>Waits until the last probe was answered.</summary>
    /// <returns>False if the relay has closed instead.</returns>
    public async Task<bool> ProbedAsync()
    {
        var wanted = _probes;
        await UntilAsync(() => _answers.LastProbe >= wanted);
        return _answers.LastProbe >= wanted;
    }

    /// <summary>Sends nothing more, and waits until the relay has closed too.</summary>
    public async Task FinishAsync()
    {
        try
        {
            await _line.FinishAsync(CancellationToken.None).WaitAsync(Patience, TimeProvider.System);
        }
        catch (Exception failure) when (failure is not TimeoutException)
        {
            _isClosed = true;
        }

        await UntilAsync(() => _isClosed);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _line.DisposeAsync();
        await _reading;
        _news.Dispose();
        _stop.Dispose();
    }

    /// <exception cref="TimeoutException">The relay neither answers nor closes.</exception>
    private async Task UntilAsync(Func<bool> condition)
    {
        // In all, and not since the last news: pings go on.
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        while (!condition() && !_isClosed)
        {
            await _news.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"The relay has neither answered nor closed the connection within {Patience.TotalSeconds} s.");
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _line.ReceiveAsync(_answers.Room, _stop.Token) is > 0 and var read)
            {
                _answers.Take(read);
                _news.Release();
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or System.Net.WebSockets.WebSocketException or HttpRequestException or ObjectDisposedException)
        {
            // Cut off: closed as well.
        }
        finally
        {
            _isClosed = true;
            _news.Release();
        }
    }
}
