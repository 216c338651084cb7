using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Limits;

/// <summary>The limits of requests and sockets are Kestrel's, which says nothing when they trip. The relay does.</summary>
public sealed class KestrelLimitTests
{
    private const int Ended = 4032;
    private const int CutOff = 4035;

    public static TheoryData<string, string, string> Requests => new()
    {
        { "a head that does not end", "GET / HTTP/1.1\r\nHost: localhost\r\n", "within 00:00:01 (Relay:RegistrationTimeout" },
        { "a header too long", $"GET / HTTP/1.1\r\nHost: localhost\r\nLong: {new string('a', 40_000)}\r\n\r\n", "longer than 32768 bytes, which is no setting" },
        { "headers too many", $"GET / HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Repeat("A: a\r\n", 200))}\r\n", "more than 100 headers, which is no setting" },
        { "a line too long", $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n", "longer than 8192 bytes, which is no setting" },
        { "a body too long", "POST /relay?id=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40000000\r\n\r\n", "longer than 30000000 bytes, or 4096 for /admin, which is no setting" },
        { "a body that hardly comes", "POST /relay?id=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n", "less than 2048 bytes a second, for 00:00:05, which is no setting" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_that_goes_beyond_a_limit_is_answered_and_closed_and_the_log_says_why(string what, string request, string words)
    {
        await using var relay = RelayApp.OnSockets(("RegistrationTimeout", "00:00:01"));
        using var stranger = await Stranger.Connect(relay.Url);

        await stranger.Write(request.Replace("id=1", $"id={await BeginToPoll(relay)}", StringComparison.Ordinal));

        Assert.Matches("^HTTP/1.1 4(00|08|14|31) ", await stranger.UntilClosed());
        await Eventually.Is($"the log says it of {what}", () => Says(relay, LogLevel.Information, words));
    }

    [Fact]
    public async Task A_TLS_handshake_that_does_not_go_on_is_closed_after_the_time_there_is_to_register_and_the_log_says_so()
    {
        var place = Directory.CreateTempSubdirectory();
        try
        {
            var (path, keyPath) = (Path.Combine(place.FullName, "relay.pem"), Path.Combine(place.FullName, "relay.key"));
            using (var certificate = TestCertificate.Create())
                certificate.WritePem(path, keyPath);
            var url = new Uri($"https://127.0.0.1:{Ports.Lasting()}");
            await using var relay = ProgramProcess.Start(
                "Relay.Server", "--urls", $"{url}", "--Relay:RegistrationTimeout=00:00:01", $"--Server:CertificatePath={path}", $"--Server:CertificateKeyPath={keyPath}");
            await relay.WaitForLineAsync("TermChat relay is ready at ");
            using var stranger = await Stranger.Connect(url);

            await stranger.UntilClosed();

            await relay.WaitForLineAsync("A TLS handshake was not complete within 00:00:01 (Relay:RegistrationTimeout");

            // One request at a time on each socket, or its limits would be for many at once: no HTTP/2, whoever asks for it.
            using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
            using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };
            using var answer = await client.GetAsync(new Uri(url, "/health/live"), TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version11), (answer.StatusCode, answer.Version));
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_socket_on_which_nothing_comes_is_closed_and_the_log_says_so_to_who_asks_for_it()
    {
        await using var relay = RelayApp.OnSockets(services => services
            .Configure<LoggerFilterOptions>(options => options.Rules.Clear())
            .PostConfigure<KestrelServerOptions>(kestrel => kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(1)));
        using var stranger = await Stranger.Connect(relay.Url);

        await stranger.UntilClosed();

        await Eventually.Is("the log says it", () => Says(relay, LogLevel.Debug, "Nothing came for 00:00:01, which is no setting"));
    }

    [Fact]
    public async Task Answers_that_nobody_reads_are_given_up_and_the_log_says_why()
    {
        await using var relay = RelayApp.OnSockets();
        using var stranger = await Stranger.Connect(relay.Url);

        // More answers than the buffers of both sockets take.
        _ = stranger.WriteUntilClosed(string.Concat(Enumerable.Repeat("GET /status.js HTTP/1.1\r\nHost: localhost\r\n\r\n", 5000)));

        await Eventually.Is("the log says it", () => Says(relay, LogLevel.Information, "read at less than 16384 bytes a second, for 00:00:05, which is no setting"));
    }

    /// <summary>Kestrel's paces are averages: these have been fast enough for an hour of nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_stops_half_way_is_cut_off_after_two_minutes_however_fast_it_was_before(bool body)
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(services => services.AddSingleton<TimeProvider>(time));
        using var stranger = await Stranger.Connect(relay.Url);
        if (body)
        {
            await stranger.Write($"POST /relay?id={await BeginToPoll(relay)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n");
            await stranger.Write("{\"protocol\":\"messagepack\",\"version\":1}\u001e" + string.Concat(Enumerable.Repeat("\u0002\u0091\u0006", 2_000_000)));
        }
        else
        {
            _ = stranger.WriteUntilClosed(string.Concat(Enumerable.Repeat("GET /status.js HTTP/1.1\r\nHost: localhost\r\n\r\n", 5000)));
            await stranger.Read(16_000_000);
        }

        await Eventually.Is("the log says it", () =>
        {
            time.Advance(RequestTime.Longest);
            return relay.Logs.Entries.Any(entry => entry.Id.Id == CutOff && entry.Message.Contains("took longer than 00:02:00, which is no setting", StringComparison.Ordinal));
        });
        await stranger.UntilClosed();
    }

    private static bool Says(RelayApp relay, LogLevel level, string words) => relay.Logs.Entries.Any(entry =>
        entry.Id.Id == Ended && entry.Level == level && entry.Message.Contains(words, StringComparison.Ordinal) && entry.Message.EndsWith("docs/operating.md says more.", StringComparison.Ordinal));

    /// <returns>By which the relay knows the connection. Only of one that there is does it read what is posted.</returns>
    private static async Task<string> BeginToPoll(RelayApp relay)
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsync($"{relay.Url}/negotiate?negotiateVersion=1", null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var id = text.Split("\"connectionToken\":\"")[1].Split('"')[0];
        Assert.Equal("", await client.GetStringAsync($"{relay.Url}?id={id}", TestContext.Current.CancellationToken));
        return id;
    }
}
