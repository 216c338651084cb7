using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>The relay's own TLS: a certificate that is renewed while peers are connected.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("certificate-");

    private string CertificatePath => Path.Combine(_folder.FullName, "relay.pem");

    private string KeyPath => Path.Combine(_folder.FullName, "relay.key");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_renewed_certificate_is_for_new_connections_and_those_that_are_there_stay()
    {
        using var former = TestCertificate.Create();
        using var renewed = TestCertificate.Create();
        former.WritePem(CertificatePath, KeyPath);
        var port = Ports.Lasting();
        await using var relay = ProgramProcess.Start(
            "Relay.Server", new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Production" }, $"--urls=https://127.0.0.1:{port}",
            $"--Server:CertificatePath={CertificatePath}", $"--Server:CertificateKeyPath={KeyPath}", "--Server:CertificateCheckInterval=00:00:01",
            $"--Relay:Origins:0=https://localhost:{port}", Programs.Programs.PatientRelay);
        await relay.WaitForLineAsync("TermChat relay is ready at ");
        var url = new Uri($"wss://localhost:{port}");
        var aliceKey = TestPeers.Key("alice");
        var bobKey = TestPeers.Key("bob");
        await using var alice = Trust.Transport(url, aliceKey, former);
        var connections = 0;
        alice.StateChanged += change => connections += change.State == RelayConnectionState.Connected ? 1 : 0;
        Assert.Equal(SendStatus.Queued, (await SendAsync(alice, bobKey.PeerId, "before")).Status);
        Assert.Equal(former.Thumbprint, await ShownAtAsync(port));

        // One file after the other, as tools do: in between the two do not fit, and the former ones stay in use.
        File.WriteAllText(CertificatePath, renewed.ExportCertificatePem());
        await relay.WaitForLineAsync("cannot be used");
        Assert.Equal(former.Thumbprint, await ShownAtAsync(port));
        renewed.WritePem(CertificatePath, KeyPath);
        await Eventually.Is("new connections get the renewed one", () => ShownAtAsync(port).GetAwaiter().GetResult() == renewed.Thumbprint);

        await using var bob = Trust.Transport(url, bobKey, renewed);
        await SendAsync(alice, bobKey.PeerId, "after");
        Assert.Equal(["before", "after"], [await ReceiveAsync(bob), await ReceiveAsync(bob)]);
        await SendAsync(bob, aliceKey.PeerId, "and back");
        Assert.Equal("and back", await ReceiveAsync(alice));
        Assert.Equal(1, connections);

        relay.Terminate();
        Assert.Equal(0, await relay.WaitForExitAsync());
    }

    private static async Task<string> ShownAtAsync(int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        string? thumbprint = null;
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) =>
        {
            thumbprint = shown?.GetCertHashString();
            return thumbprint is not null;
        });
        await tls.AuthenticateAsClientAsync("localhost");
        return thumbprint!;
    }

    private static async Task<SendResult> SendAsync(RelayTransport transport, PeerId to, string text) =>
        await transport.SendAsync(to, new OutgoingMessage(Encoding.UTF8.GetBytes(text)), TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(RelayTransport transport) =>
        Encoding.UTF8.GetString((await transport.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience)).Payload.Span);
}
