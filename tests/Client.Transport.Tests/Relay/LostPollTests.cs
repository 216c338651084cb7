using System.Net;
using System.Net.Sockets;
using Client.Transport.Relay;

namespace Client.Transport.Tests.Relay;

/// <summary>A poll whose answer is lost with its socket ends the connection: asked again, the relay would say what comes behind it, and nobody would know what is missing.</summary>
public sealed class LostPollTests
{
    [Fact]
    public async Task A_poll_whose_socket_ends_in_place_of_an_answer_is_not_repeated()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var polls = 0;
        var serving = Task.Run(
            async () =>
            {
                using var socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
                var request = new byte[4096];
                while (await socket.ReceiveAsync(request, TestContext.Current.CancellationToken) > 0 && ++polls == 1)
                    await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"u8.ToArray(), TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken);
        using var client = new HttpClient(new PolledAnswers(new SocketsHttpHandler(), () => false));
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/relay?id=1");
        Assert.Equal("first", await client.GetStringAsync(url, TestContext.Current.CancellationToken));

        // Repeated, it would wait for a second socket that nobody takes.
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(url, TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken));
        await serving;
        Assert.Equal(2, polls);
    }
}
