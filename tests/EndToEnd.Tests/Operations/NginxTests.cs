using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Client.Transport;
using Client.Transport.Relay;
using EndToEnd.Tests.Programs;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>The relay behind a real nginx, with the configuration that <c>deployment/</c> offers: TLS, a path prefix, and proxies that let no WebSockets through.</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private readonly X509Certificate2 _certificate = TestCertificate.Create();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nginx-certificate-");
    private readonly int _port = Ports.Lasting();
    private RelayProcess _relay = null!;
    private NginxProcess _nginx = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(InstalledProgram.Missing("nginx") is not null, InstalledProgram.Missing("nginx") ?? "");
        var (certificate, key) = (Path.Combine(_folder.FullName, "relay.pem"), Path.Combine(_folder.FullName, "relay.key"));
        _certificate.WritePem(certificate, key);
        _relay = await RelayProcess.StartAsync(
            $"--Relay:Origins:0=https://localhost:{_port}", "--Relay:TrustedProxies:0=127.0.0.1", "--Server:AdminKey=a-key-for-this-test-alone");

        // What an operator changes in it, and a second way in that refuses what WebSockets begin with.
        var configuration = Repository.Read("deployment", "nginx", "termchat-relay.conf")
            .Replace("listen 443 ssl;", $"listen 127.0.0.1:{_port} ssl;", StringComparison.Ordinal)
            .Replace("relay.example.com;", "localhost;", StringComparison.Ordinal)
            .Replace("/etc/letsencrypt/live/relay.example.com/fullchain.pem", certificate, StringComparison.Ordinal)
            .Replace("/etc/letsencrypt/live/relay.example.com/privkey.pem", key, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:9000", _relay.Url, StringComparison.Ordinal)
            .Replace("    location /chat/ {", $$"""
                    location /old/ {
                        if ($http_upgrade) { return 403; }
                        proxy_pass {{_relay.Url}}/;
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-For $remote_addr;
                        proxy_read_timeout 120s;
                        client_max_body_size 8m;
                    }

                    location /chat/ {
                """, StringComparison.Ordinal);
        _nginx = await NginxProcess.StartAsync(_port, configuration);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        if (_relay is not null)
            await _relay.DisposeAsync();
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("wss", "/chat/relay", "/chat/relay")]
    [InlineData("https", "/old/relay", "/old/relay")]
    [InlineData("wss", "/old/relay", "/chat/relay")]
    public async Task Peers_exchange_messages_through_it_also_where_it_blocks_websockets(string scheme, string alicePath, string bobPath)
    {
        var (aliceKey, bobKey) = (TestPeers.Key("alice " + alicePath + scheme), TestPeers.Key("bob " + alicePath + scheme));
        await using var alice = Trust.Transport(Url(scheme, alicePath), aliceKey, _certificate);
        await using var bob = Trust.Transport(Url(scheme, bobPath), bobKey, _certificate);

        // One that waits for its recipient, many at once, and the largest.
        Assert.Equal(SendStatus.Queued, (await SendAsync(alice, bobKey.PeerId, "for later")).Status);
        Assert.Equal("for later", Encoding.UTF8.GetString(await ReceiveAsync(bob)));
        var sends = Enumerable.Range(0, 300).Select(number => SendAsync(bob, aliceKey.PeerId, $"{number}")).ToArray();
        for (var number = 0; number < sends.Length; number++)
            Assert.Equal($"{number}", Encoding.UTF8.GetString(await ReceiveAsync(alice)));
        await Task.WhenAll(sends);
        var large = new string('x', 65_536);
        await SendAsync(alice, bobKey.PeerId, large);
        Assert.Equal(large, Encoding.UTF8.GetString(await ReceiveAsync(bob)));
    }

    [Fact]
    public async Task Without_long_polling_a_proxy_that_blocks_websockets_is_an_error_that_says_so()
    {
        var options = new RelayTransportOptions
        {
            Url = Url("wss", "/old/relay"),
            Key = TestPeers.Key("alice"),
            AllowLongPolling = false,
            ConfigureHttp = http => http.WebSocketConfiguration = socket =>
                socket.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _certificate.GetCertHashString(),
        };
        await using var alice = new RelayTransport(options);

        var failure = await Assert.ThrowsAsync<TransportException>(async () => await SendAsync(alice, TestPeers.Key("bob").PeerId, "x"));

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("403", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_status_page_is_there_under_the_prefix_and_the_metrics_are_not_for_who_comes_through_it()
    {
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == _certificate.GetCertHashString(),
        };
        using var http = new HttpClient(handler);
        using var local = new HttpClient();

        Assert.Contains("TermChat relay", await http.GetStringAsync(Url("https", "/chat/"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("\"peers\":", await http.GetStringAsync(Url("https", "/chat/status.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, Url("https", "/chat/metrics")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, Url("https", "/old/metrics")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(local, new Uri(_relay.Url + "/metrics")));
    }

    private Uri Url(string scheme, string path) => new($"{scheme}://localhost:{_port}{path}");

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, Uri url)
    {
        using var answer = await http.GetAsync(url, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<SendResult> SendAsync(RelayTransport transport, Relay.Contracts.PeerId to, string text) =>
        await transport.SendAsync(to, new OutgoingMessage(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);

    private static async Task<byte[]> ReceiveAsync(RelayTransport transport) =>
        (await transport.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TimeProvider.System)).Payload.ToArray();
}
