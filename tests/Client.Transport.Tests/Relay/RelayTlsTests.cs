using Client.Transport.Relay;
using Microsoft.AspNetCore.Http.Connections.Client;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>Row 4c, and that TLS works where it should.</summary>
public sealed class RelayTlsTests : RelayTests
{
    [Fact]
    public async Task UC4_4c_a_certificate_nobody_vouches_for_is_an_io_error_with_the_details()
    {
        using var certificate = TestCertificate.Create();
        await using var host = await RelayHost.StartAsync(certificate: certificate);
        await using var alice = Transport(new Uri($"wss://localhost:{host.Url.Port}"), Alice);

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("TLS", failure.Message, StringComparison.Ordinal);
        Assert.Contains("certificate", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"https://localhost:{host.Url.Port}/relay", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_4c_a_relay_that_speaks_no_tls_is_an_io_error_too()
    {
        await using var host = await RelayHost.StartAsync();
        await using var alice = Transport(new Uri($"wss://localhost:{host.Url.Port}"), Alice);

        Assert.Equal(TransportError.Io, (await FailureToConnectAsync(alice)).Error);
    }

    [Theory]
    [InlineData("https")]
    [InlineData("wss")]
    public async Task With_a_certificate_that_is_trusted_both_schemes_work(string scheme)
    {
        using var certificate = TestCertificate.Create();
        await using var host = await RelayHost.StartAsync(certificate: certificate);
        var options = Options(new Uri($"{scheme}://localhost:{host.Url.Port}"), Alice) with { ConfigureHttp = Trust };
        await using var alice = new RelayTransport(options);

        Assert.Equal(SendStatus.Queued, (await alice.SendAsync(Bob, Text("x"), Token)).Status);

        void Trust(HttpConnectionOptions http) => http.WebSocketConfiguration = socket =>
            socket.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString();
    }

    [Fact]
    public async Task A_set_up_that_throws_is_an_io_error_and_the_transport_goes_on_trying()
    {
        await using var host = await RelayHost.StartAsync();
        var attempts = 0;
        await using var alice = new RelayTransport(Options(host.Url, Alice) with
        {
            ConfigureHttp = _ =>
            {
                if (Interlocked.Increment(ref attempts) == 1)
                    throw new InvalidOperationException("the proxy is not configured");
            },
        });

        var failure = await FailureToConnectAsync(alice);

        Assert.Equal(TransportError.Io, failure.Error);
        Assert.Contains("the proxy is not configured", failure.Message, StringComparison.Ordinal);
        await UntilAsync(alice, RelayConnectionState.Connected);
    }
}
