namespace Relay.Server.Admin;

/// <summary>Stops the relay for its operator, as SIGTERM does: gracefully, and with exit code 0.</summary>
internal sealed class AdminDrain(IHostApplicationLifetime lifetime)
{
    private int _hasBegun;

    /// <summary>Begins the drain once this answer is out. May be repeated.</summary>
    /// <returns>False if the relay was stopping before, whoever asked for it.</returns>
    public bool TryBegin(HttpResponse answer)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested || Interlocked.Exchange(ref _hasBegun, 1) != 0)
            return false;

        answer.OnCompleted(() =>
        {
            // Elsewhere: stopping holds up its caller until the drain is over, and this is the turn of the operator's connection.
            ThreadPool.QueueUserWorkItem(static lifetime => lifetime.StopApplication(), lifetime, preferLocal: false);
            return Task.CompletedTask;
        });
        return true;
    }
}
