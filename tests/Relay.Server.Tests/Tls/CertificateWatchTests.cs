using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Relay.Server.Tls;
using TestKit;

namespace Relay.Server.Tests.Tls;

/// <summary>A certificate that nobody renews, or that goes wrong: its operator hears of it in time, and the relay goes on with the one it has.</summary>
public sealed class CertificateWatchTests : IDisposable
{
    private const int InUse = 4020;
    private const int Ends = 4021;
    private const int NotRead = 4022;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificate-");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly LogVerifier _logs = new();

    /// <summary>Where the certificate is: a folder that can vanish.</summary>
    private string Place => Path.Combine(_folder.FullName, "tls");

    private string CertificatePath => Path.Combine(Place, "relay.pem");

    private string KeyPath => Path.Combine(Place, "relay.key");

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

    [Fact]
    public void A_certificate_that_is_put_back_as_it_was_is_said_to_be_in_use_and_until_when_in_UTC()
    {
        using var watch = Watch(days: 90);
        watch.Look();
        var elsewhere = Place + ".moved";
        Directory.Move(Place, elsewhere);
        watch.Look();
        Assert.Equal((1, 1), (Count(InUse), Count(NotRead)));

        Directory.Move(elsewhere, Place);
        watch.Look();
        watch.Look();

        Assert.Equal((2, 1), (Count(InUse), Count(NotRead)));
        Assert.All(_logs.Entries, entry => Assert.Matches(@"good until \d{4}-\d\d-\d\d \d\d:\d\d UTC", entry.Message));
    }

    [Theory]
    [InlineData(Trouble.FolderIsGone)]
    [InlineData(Trouble.FolderIsAFile)]
    [InlineData(Trouble.FolderIsALinkToNothing)]
    [InlineData(Trouble.FolderIsALinkToItself)]
    [InlineData(Trouble.FileIsAFolder)]
    [InlineData(Trouble.FileIsALinkToNothing)]
    [InlineData(Trouble.FileIsALinkToItself)]
    internal async Task A_certificate_that_has_gone_stops_nothing_and_the_next_one_is_taken(Trouble trouble)
    {
        using var watch = Watch(days: 90);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.Is("the first is in use", () => Count(InUse) == 1);

        Make(trouble);
        await LookUntilAsync("what is there now is told of", () => Count(NotRead) == 1);
        Repair();
        await LookUntilAsync("the next one is in use", () => Count(InUse) == 2);

        Assert.False(watch.ExecuteTask!.IsCompleted);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_folder_that_may_not_be_read_any_more_stops_nothing_and_the_next_certificate_is_taken()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only on Linux root can be made to meet permissions.");
            return;
        }

        using var watch = Watch(days: 90);
        watch.Look();
        File.SetUnixFileMode(Place, UnixFileMode.None);

        BoundByPermissions.Run(() =>
        {
            Assert.Throws<UnauthorizedAccessException>(() => File.ReadAllText(CertificatePath));
            watch.Look();
            watch.Look();
        });
        Assert.Equal(1, Count(NotRead));

        File.SetUnixFileMode(Place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Repair();
        watch.Look();
        Assert.Equal((2, 1), (Count(InUse), Count(NotRead)));
    }

    internal enum Trouble
    {
        FolderIsGone,
        FolderIsAFile,
        FolderIsALinkToNothing,
        FolderIsALinkToItself,
        FileIsAFolder,
        FileIsALinkToNothing,
        FileIsALinkToItself,
    }

    private void Make(Trouble trouble)
    {
        var path = trouble < Trouble.FileIsAFolder ? Place : CertificatePath;
        Directory.Delete(Place, recursive: true);
        if (path == CertificatePath)
            Directory.CreateDirectory(Place);

        switch (trouble)
        {
            case Trouble.FolderIsAFile:
                File.WriteAllText(path, "no folder");
                break;
            case Trouble.FileIsAFolder:
                Directory.CreateDirectory(path);
                break;
            case Trouble.FolderIsALinkToNothing or Trouble.FileIsALinkToNothing:
                File.CreateSymbolicLink(path, path + ".gone");
                break;
            case Trouble.FolderIsALinkToItself or Trouble.FileIsALinkToItself:
                File.CreateSymbolicLink(path, path);
                break;
        }
    }

    private void Repair()
    {
        foreach (var entry in _folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder)
                folder.Delete(recursive: true);
            else
                entry.Delete();
        }

        Write(days: 80);
    }

    private int Count(int id) => _logs.Entries.Count(entry => entry.Id.Id == id);

    /// <summary>Lets the watch look again and again.</summary>
    private Task LookUntilAsync(string what, Func<bool> condition) => Eventually.Is(what, () =>
    {
        _time.Advance(Interval);
        return condition();
    });

    private CertificateWatch Watch(double days)
    {
        Write(days);
        var options = Options.Create(new ServerOptions
        {
            CertificatePath = CertificatePath,
            CertificateKeyPath = KeyPath,
            CertificateCheckInterval = Interval,
        });
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        return new CertificateWatch(new CertificateFile(options), options, _time, loggers.CreateLogger<CertificateWatch>());
    }

    private void Write(double days)
    {
        Directory.CreateDirectory(Place);
        using var certificate = TestCertificate.Create(days);
        certificate.WritePem(CertificatePath, KeyPath);
    }
}
