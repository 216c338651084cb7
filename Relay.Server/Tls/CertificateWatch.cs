using Microsoft.Extensions.Options;

namespace Relay.Server.Tls;

/// <summary>Looks now and then whether the certificate has changed.</summary>
/// <remarks>Looks, and does not wait for the file system to say so: that does not work through links, mounts and the ways of every tool.</remarks>
internal sealed partial class CertificateWatch(
    CertificateFile certificate, IOptions<ServerOptions> options, TimeProvider time, ILogger<CertificateWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);

    private string? _lastFailure;
    private DateTimeOffset _toldAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CertificateCheckInterval, time);
        using var stopping = stoppingToken.Register(timer.Dispose);
        TellOfNew();
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
            Look();
    }

    private DateTime Ending => certificate.Leaf.NotAfter.ToUniversalTime();

    private bool EndsSoon => Ending - time.GetUtcNow().UtcDateTime < Soon;

    /// <summary>Reads the certificate if it has changed, and says what there is to say.</summary>
    internal void Look()
    {
        try
        {
            // What was put back as it had been is nothing new, but whoever was told that it is broken wants to hear that it is not.
            if (certificate.Refresh() || _lastFailure is not null)
                TellOfNew();
            _lastFailure = null;
        }
        catch (IOException failure) when (failure.Message == _lastFailure)
        {
            // Said before.
        }
        catch (IOException failure)
        {
            _lastFailure = failure.Message;
            NotRead(logger, options.Value.CertificatePath, failure.Message, Ending);
        }

        // Nobody may have renewed it, or nobody may have noticed that it went wrong, and its end comes all the same.
        if (EndsSoon && time.GetUtcNow() - _toldAt >= BetweenWarnings)
            Warn();
    }

    private void TellOfNew()
    {
        InUse(logger, certificate.Leaf.Subject, Ending);
        if (EndsSoon)
            Warn();
    }

    private void Warn()
    {
        _toldAt = time.GetUtcNow();
        Ends(logger, certificate.Leaf.Subject, options.Value.CertificatePath, Ending);
    }

    [LoggerMessage(4020, LogLevel.Information, "New TLS connections get the certificate {Subject}, good until {NotAfter:yyyy-MM-dd HH:mm} UTC")]
    private static partial void InUse(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(4021, LogLevel.Warning,
        "The certificate {Subject} (Server:CertificatePath, {Path}) is good until {NotAfter:yyyy-MM-dd HH:mm} UTC only. Renew it there: the relay takes the new one by itself")]
    private static partial void Ends(ILogger logger, string subject, string path, DateTime notAfter);

    [LoggerMessage(4022, LogLevel.Warning,
        "The certificate (Server:CertificatePath, {Path}) has changed, and what is there now cannot be used: {Why} The former one stays in use; it is " +
        "good until {NotAfter:yyyy-MM-dd HH:mm} UTC. Looking again every Server:CertificateCheckInterval")]
    private static partial void NotRead(ILogger logger, string path, string why, DateTime notAfter);
}
