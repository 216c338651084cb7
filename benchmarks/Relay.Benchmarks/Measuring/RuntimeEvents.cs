using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace Relay.Benchmarks.Measuring;

/// <summary>What a .NET process says about itself through its diagnostics port, without having been written for that.</summary>
internal sealed class RuntimeEvents : IAsyncDisposable
{
    private readonly EventPipeSession _session;
    private readonly EventPipeEventSource _source;
    private readonly Task _reading;

    private RuntimeEvents(EventPipeSession session, Action<EventPipeEventSource> subscribe)
    {
        _session = session;
        _source = new EventPipeEventSource(session.EventStream);
        subscribe(_source);
        _reading = Task.Factory.StartNew(_source.Process, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public static async Task<RuntimeEvents> ListenAsync(
        int processId, EventPipeProvider provider, Action<EventPipeEventSource> subscribe, CancellationToken cancellationToken, int bufferMegabytes = 16)
    {
        var session = await new DiagnosticsClient(processId).StartEventPipeSessionAsync([provider], requestRundown: false, bufferMegabytes, cancellationToken);

        // The constructor of the source reads the head of the stream, and blocks until it comes.
        return await Task.Run(() => new RuntimeEvents(session, subscribe), CancellationToken.None);
    }

    /// <summary>How many events there was no room for. Known once disposed.</summary>
    public int Lost { get; private set; }

    /// <summary>The runtime's counters, so often.</summary>
    public static EventPipeProvider Counters(TimeSpan interval) => new(
        "System.Runtime", EventLevel.Informational, arguments: new Dictionary<string, string>
        {
            ["EventCounterIntervalSec"] = interval.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
        });

    public async ValueTask DisposeAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        await _reading;
        Lost = _source.EventsLost;
        _source.Dispose();
        _session.Dispose();
    }
}
