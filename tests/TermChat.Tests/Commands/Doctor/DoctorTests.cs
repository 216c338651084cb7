using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TermChat.Commands;
using TestKit;

namespace TermChat.Tests.Commands.Doctor;

/// <summary>Each step against a server that fails exactly there.</summary>
public sealed class DoctorTests : IDisposable
{
    private readonly Desk _desk = new() { Clock = TimeProvider.System };

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Everything_is_well_with_a_real_relay()
    {
        await using var relay = await RelayHost.StartAsync();

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("doctor", "--relay", relay.Url.ToString()));

        Assert.Equal(
            ["ok profile", "ok configuration", "ok dns", "ok tcp", "skip tls", "ok websocket", "ok hub", "ok registration", "ok clock"], Verdicts());
        Assert.Contains("protocol version 1", _desk.Printed, StringComparison.Ordinal);
        Assert.Contains("(from --relay)", _desk.Printed, StringComparison.Ordinal);
        Assert.Empty(_desk.Said);
    }

    [Fact]
    public async Task A_program_gets_an_object_a_line()
    {
        await _desk.RunAsync("doctor", "--json", "--relay", $"http://127.0.0.1:{Ports.Lasting()}");

        var steps = _desk.Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal("fail", steps.Single(step => step.GetProperty("step").GetString() == "tcp").GetProperty("result").GetString());
        Assert.All(steps, step => Assert.NotEmpty(step.GetProperty("text").GetString()!));
    }

    [Fact]
    public async Task A_broken_key_is_where_it_ends()
    {
        await File.WriteAllTextAsync(_desk.Profile.KeyPath, "broken", TestContext.Current.CancellationToken);

        await FailsAsync("profile", "identity.key", "http://localhost");
    }

    [Fact]
    public async Task A_mistake_in_the_config_file_is_told_with_its_line()
    {
        await File.WriteAllTextAsync(_desk.Profile.ConfigPath, "{\n\"relai\": \"\"}", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("doctor"));
        Assert.Contains("FAIL  configuration  The config file is wrong:", _desk.Printed, StringComparison.Ordinal);
        Assert.Contains("line 2", _desk.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_name_that_is_none() => FailsAsync("dns", "Check the name", "http://no-such-relay.invalid:9000");

    [Fact]
    public Task A_port_nobody_listens_at() => FailsAsync("tcp", "Check the port, that the relay runs", $"http://127.0.0.1:{Ports.Lasting()}");

    [Fact]
    public async Task A_server_without_TLS()
    {
        await using var relay = await RelayHost.StartAsync();

        await FailsAsync("tls", $"Is the address perhaps http://localhost:{relay.Url.Port}?", $"https://localhost:{relay.Url.Port}");
    }

    [Fact]
    public async Task A_certificate_that_has_signed_itself()
    {
        using var certificate = Certificate("localhost", -1, 1);
        await using var relay = await RelayHost.StartAsync(certificate: certificate);

        await FailsAsync("tls", "nobody this machine trusts has signed the certificate; CN=localhost, signed by itself", $"wss://localhost:{relay.Url.Port}");
    }

    [Fact]
    public async Task A_certificate_that_has_expired()
    {
        using var certificate = Certificate("localhost", -48, -24);
        await using var relay = await RelayHost.StartAsync(certificate: certificate);

        await FailsAsync("tls", "has expired", $"wss://localhost:{relay.Url.Port}");
    }

    [Fact]
    public async Task A_certificate_for_another_name()
    {
        using var certificate = Certificate("relay.example.com", -1, 1);
        await using var relay = await RelayHost.StartAsync(certificate: certificate);

        await FailsAsync("tls", "is for another name than localhost; CN=relay.example.com", $"wss://localhost:{relay.Url.Port}");
    }

    [Fact]
    public async Task A_server_without_anything_at_that_path()
    {
        await using var server = await ServeAsync(app => { });

        await FailsAsync("websocket", "status 404. There is no relay at /relay", Url(server));
    }

    [Fact]
    public async Task A_proxy_without_a_relay_behind_it()
    {
        await using var server = await ServeAsync(app => app.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
            return Task.CompletedTask;
        }));

        await FailsAsync("websocket", "the relay itself does not answer", Url(server));
    }

    [Theory]
    [InlineData(StatusCodes.Status403Forbidden)]
    [InlineData(StatusCodes.Status400BadRequest)]
    public async Task Where_WebSockets_are_blocked_it_goes_on_by_long_polling_as_the_chat_does(int status)
    {
        await using var relay = await RelayHost.StartAsync(services: services => services.AddSingleton<IStartupFilter>(new NoWebSockets(status)));

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("doctor", "--relay", relay.Url.ToString()));

        Assert.Equal(
            ["ok profile", "ok configuration", "ok dns", "ok tcp", "skip tls", "ok websocket", "ok hub", "ok registration", "ok clock"], Verdicts());
        Assert.Contains($"WebSockets are blocked: something on the way answers with status {status}. Long polling gets through", _desk.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_that_refuses_says_why_itself()
    {
        await using var relay = await RelayHost.StartAsync(options => options.BannedAddresses.Add("127.0.0.1"));

        await FailsAsync("websocket", "the relay refuses: The operator of this relay has banned this network address", relay.Url.ToString());
    }

    [Fact]
    public async Task A_page_that_is_no_WebSocket()
    {
        await using var server = await ServeAsync(app => app.Run(http => http.Response.WriteAsync("hello")));

        await FailsAsync("websocket", "no upgrade to a WebSocket", Url(server));
    }

    [Fact]
    public async Task A_WebSocket_that_is_no_relay()
    {
        await using var server = await ServeAsync(app =>
        {
            app.UseWebSockets();
            app.Run(async http =>
            {
                using var socket = await http.WebSockets.AcceptWebSocketAsync();
                await socket.SendAsync("welcome"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, CancellationToken.None);
                await socket.ReceiveAsync(new byte[1024], CancellationToken.None);
                await socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            });
        });

        await FailsAsync("hub", "no relay", Url(server));
    }

    [Fact]
    public async Task A_relay_that_knows_itself_by_another_name_refuses_the_proof()
    {
        await using var relay = await RelayHost.StartAsync(options => options.Origins.Add("https://relay.example.com"));

        await FailsAsync("registration", "Relay:Origins", relay.Url.ToString());
    }

    [Fact]
    public async Task A_profile_that_is_online_elsewhere_stays_so()
    {
        await using var relay = await RelayHost.StartAsync();
        Assert.True(_desk.Profile.TryLock(out var held));
        using var other = held;

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("doctor", "--relay", relay.Url.ToString()));
        Assert.Contains("skip  registration   another termchat is online", _desk.Printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "ahead of")]
    [InlineData(-10, "behind")]
    public async Task A_clock_that_is_wrong(int minutes, string how)
    {
        await using var relay = await RelayHost.StartAsync();
        _desk.Clock = new WrongClock(TimeSpan.FromMinutes(minutes));

        await FailsAsync("clock", $"s {how} the relay's. Messages whose time is far off are refused", relay.Url.ToString());
    }

    [Fact]
    public async Task A_server_that_never_answers_is_not_waited_for()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        _desk.Clock = null;

        var examination = _desk.RunAsync("doctor", "--relay", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        await Eventually.Is("the time passes", () =>
        {
            if (_desk.Printed.Contains("tls", StringComparison.Ordinal))
                _desk.Time.Advance(TimeSpan.FromSeconds(1));
            return examination.IsCompleted;
        });

        Assert.Equal(ExitCode.Failure, await examination);
        Assert.Contains("FAIL  websocket      no answer within 5 s.", _desk.Printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_in_the_middle()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var interrupt = new CancellationTokenSource();
        var examination = _desk.RunAsync(interrupt.Token, "doctor", "--relay", $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        await Eventually.Is("it waits", () => _desk.Printed.Contains("tls", StringComparison.Ordinal));

        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, await examination);
        Assert.Empty(_desk.Said);
    }

    private async Task FailsAsync(string step, string what, string relay)
    {
        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("doctor", "--relay", relay));

        var verdicts = Verdicts();
        Assert.Equal($"FAIL {step}", Assert.Single(verdicts, verdict => verdict.StartsWith("FAIL", StringComparison.Ordinal)));
        Assert.All(verdicts.SkipWhile(verdict => verdict != $"FAIL {step}").Skip(1), verdict => Assert.StartsWith("skip ", verdict, StringComparison.Ordinal));
        Assert.Equal(9, verdicts.Length);
        Assert.Contains(what, _desk.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", _desk.Printed, StringComparison.Ordinal);
    }

    private string[] Verdicts() =>
        [.. _desk.Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2)))];

    private static async Task<WebApplication> ServeAsync(Action<WebApplication> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        configure(app);
        await app.StartAsync();
        return app;
    }

    private static string Url(WebApplication server) => server.Urls.Single();

    private static X509Certificate2 Certificate(string name, int fromHour, int toHour)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(fromHour), now.AddHours(toHour));
    }

    /// <summary>What a proxy does that knows no WebSockets, or wants none.</summary>
    private sealed class NoWebSockets(int status) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                if (http.Request.Headers.Upgrade.Count == 0)
                    return rest(http);

                http.Response.StatusCode = status;
                return Task.CompletedTask;
            });
            next(app);
        };
    }

    private sealed class WrongClock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
