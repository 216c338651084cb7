using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Relay.Server.Tls;
using TestKit;

namespace Relay.Server.Tests.Tls;

/// <summary>A certificate that nobody renews: its operator hears of it in time, and not only once.</summary>
public sealed class CertificateWatchTests : IDisposable
{
    private const int Ends = 4021;
    private const int NotRead = 4022;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificate-");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly LogVerifier _logs = new();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Whoever_does_not_renew_a_certificate_is_warned_a_week_before_its_end_and_every_day_from_then_on()
    {
        using var watch = Watch(days: 9);

        Assert.Equal(0, WarningsAfter(TimeSpan.Zero));
        Assert.Equal(0, WarningsAfter(TimeSpan.FromDays(1.5)));
        Assert.Equal(1, WarningsAfter(TimeSpan.FromDays(1)));
        Assert.Equal(1, WarningsAfter(TimeSpan.FromHours(20)));
        Assert.Equal(2, WarningsAfter(TimeSpan.FromHours(5)));

        int WarningsAfter(TimeSpan time)
        {
            _time.Advance(time);
            for (var looks = 0; looks < 3; looks++)
                watch.Look();
            return _logs.Entries.Count(entry => entry.Id.Id == Ends);
        }
    }

    [Fact]
    public void A_renewal_that_cannot_be_read_is_told_of_once_and_the_end_of_the_former_one_every_day()
    {
        using var watch = Watch(days: 6);
        watch.Look();
        File.WriteAllText(CertificatePath, "no certificate");

        for (var day = 0; day < 3; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            watch.Look();
            watch.Look();
        }

        Assert.Single(_logs.Entries, entry => entry.Id.Id == NotRead);
        Assert.Equal(4, _logs.Entries.Count(entry => entry.Id.Id == Ends));
    }

    private string CertificatePath => Path.Combine(_folder.FullName, "relay.pem");

    private CertificateWatch Watch(double days)
    {
        var (path, keyPath) = (CertificatePath, Path.Combine(_folder.FullName, "relay.key"));
        using var certificate = TestCertificate.Create(days);
        certificate.WritePem(path, keyPath);
        var options = Options.Create(new ServerOptions { CertificatePath = path, CertificateKeyPath = keyPath });
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        return new CertificateWatch(new CertificateFile(options), options, _time, loggers.CreateLogger<CertificateWatch>());
    }
}
