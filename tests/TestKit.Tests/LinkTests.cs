using System.Net.Sockets;

namespace TestKit.Tests;

public sealed class LinkTests : IAsyncDisposable
{
    // Long enough for a byte to cross loopback many times over: what has not come by then is not on its way.
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(100);

    private readonly EchoServer _server = new();
    private readonly Link _link;

    public LinkTests() => _link = Link.To(_server.Url);

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_pass_and_are_counted()
    {
        using var client = await LinkClient.ConnectAsync(_link);

        await client.SendAsync(100_000);

        Assert.Equal(100_000, await client.ReceiveAsync(100_000));
        Assert.Equal((1, 100_000, 100_000), (_link.Connections, _link.BytesToServer, _link.BytesToClient));
        Assert.Equal("/relay", _link.Url.AbsolutePath);
    }

    [Fact]
    public async Task An_orderly_end_passes_in_order()
    {
        using var client = await LinkClient.ConnectAsync(_link);

        client.Close();

        Assert.Equal(SocketError.Success, await client.EndAsync());
        await Eventually.Is("the server saw an end", () => _server.Ends == 1);
        await Eventually.Is("the link forgot the connection", () => _link.OpenConnections == 0);
    }

    [Fact]
    public async Task Cut_breaks_connections_on_both_sides_and_refuses_new_ones_until_restored()
    {
        using var client = await ConnectedAsync();

        _link.Cut();

        Assert.Equal(SocketError.ConnectionReset, await client.EndAsync());
        await Eventually.Is("the server saw a reset", () => _server.Resets == 1);
        var refused = await Assert.ThrowsAsync<SocketException>(() => LinkClient.ConnectAsync(_link));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Equal(1, _link.Connections);

        _link.Restore();

        using var again = await ConnectedAsync();
    }

    [Fact]
    public async Task A_link_can_be_cut_and_restored_many_times()
    {
        for (var round = 0; round < 50; round++)
        {
            using var client = await ConnectedAsync();
            _link.Cut();
            _link.Restore();
            Assert.Equal(SocketError.ConnectionReset, await client.EndAsync());
        }
    }

    [Fact]
    public async Task Reset_breaks_connections_and_accepts_new_ones()
    {
        using var client = await ConnectedAsync();

        _link.Reset();

        Assert.Equal(SocketError.ConnectionReset, await client.EndAsync());
        await Eventually.Is("the server saw a reset", () => _server.Resets == 1);
        using var again = await ConnectedAsync();
    }

    [Fact]
    public async Task Nothing_flows_while_stalled_and_nothing_is_lost()
    {
        using var client = await ConnectedAsync();

        _link.Stall();
        using var late = await LinkClient.ConnectAsync(_link);
        await client.SendAsync(10);
        await late.SendAsync(10);
        var echo = client.ReceiveAsync(10);
        var lateEcho = late.ReceiveAsync(10);
        await Task.Delay(AWhile, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(echo.IsCompleted || lateEcho.IsCompleted);
        Assert.Equal(1, _link.BytesToServer);

        _link.Resume();

        Assert.Equal((10, 10), (await echo, await lateEcho));
    }

    [Theory]
    [InlineData(Towards.Client, 11, 1)]
    [InlineData(Towards.Server, 1, 1)]
    public async Task One_direction_can_be_stalled_alone(Towards side, long bytesToServer, long bytesToClient)
    {
        using var client = await ConnectedAsync();

        if (side == Towards.Client)
            _link.StallToClient();
        else
            _link.StallToServer();
        await client.SendAsync(10);
        await Eventually.Is("what may flow has flown", () => _link.BytesToServer == bytesToServer);
        await Task.Delay(AWhile, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal((bytesToServer, bytesToClient), (_link.BytesToServer, _link.BytesToClient));
        _link.Resume();
        Assert.Equal(10, await client.ReceiveAsync(10));
    }

    [Fact]
    public async Task A_stalled_link_holds_its_senders_up()
    {
        using var client = await ConnectedAsync();

        _link.Stall();
        var sending = client.SendAsync(20_000_000);
        await Task.Delay(AWhile, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(sending.IsCompleted);
        _link.Resume();
        Assert.Equal(20_000_000, await client.ReceiveAsync(20_000_000));
        await sending;
    }

    [Fact]
    public async Task A_stalled_link_can_be_cut()
    {
        using var client = await ConnectedAsync();

        _link.Stall();
        _link.Cut();

        Assert.Equal(SocketError.ConnectionReset, await client.EndAsync());
    }

    [Fact]
    public async Task Throttled_bytes_take_their_time()
    {
        using var client = await ConnectedAsync();
        var start = TimeProvider.System.GetTimestamp();

        _link.Throttle(bytesPerSecond: 20_000);
        await client.SendAsync(4_000);

        Assert.Equal(4_000, await client.ReceiveAsync(4_000));
        // 0.2 s, of which the last 50 ms portion need not be waited for.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.FromSeconds(0.14), Eventually.Patience);
    }

    [Theory]
    [InlineData(Towards.Client)]
    [InlineData(Towards.Server)]
    public async Task The_link_cuts_itself_after_exactly_so_many_bytes(Towards side)
    {
        using var client = await ConnectedAsync();

        // Several portions, and no more than a socket takes in that is not read yet: what has not got that far, the cut throws away.
        _link.CutAfter(40_000, side);
        await client.SendAsync(40_000);
        if (side == Towards.Client)
            Assert.Equal(40_000, await client.ReceiveAsync(100_000));

        await Eventually.Is("the link is cut", () => _link.IsCut);
        Assert.Equal(40_001, side == Towards.Client ? _link.BytesToClient : _link.BytesToServer);
        _link.Restore();
        using var again = await ConnectedAsync();
    }

    [Fact]
    public async Task A_client_that_is_told_of_an_end_can_still_be_heard()
    {
        using var client = await ConnectedAsync();

        _link.HalfClose(Towards.Client);

        Assert.Equal(SocketError.Success, await client.EndAsync());
        await client.SendAsync(10);
        await Eventually.Is("the server heard it", () => _link.BytesToServer == 11);
        Assert.Equal((0, 0), (_server.Ends, _server.Resets));
        Assert.Equal(1, _link.OpenConnections);
    }

    [Fact]
    public async Task A_server_that_is_told_of_an_end_learns_nothing_else()
    {
        using var client = await ConnectedAsync();

        _link.HalfClose(Towards.Server);

        await Eventually.Is("the server saw an end", () => _server.Ends == 1);
        await client.SendAsync(10);
        Assert.Equal(0, _server.Resets);
    }

    [Fact]
    public async Task Without_a_server_connections_are_accepted_and_reset()
    {
        await _server.DisposeAsync();

        // The reset can be there before the client has noticed that it is connected.
        var reset = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var client = await LinkClient.ConnectAsync(_link);
            throw new SocketException((int)await client.EndAsync());
        });

        Assert.Equal(SocketError.ConnectionReset, reset.SocketErrorCode);
        Assert.Equal(1, _link.Connections);
    }

    [Fact]
    public async Task Disposal_ends_everything()
    {
        using var client = await ConnectedAsync();
        _link.Stall();

        await _link.DisposeAsync();

        Assert.Equal(SocketError.ConnectionReset, await client.EndAsync());
        Assert.Equal(0, _link.OpenConnections);
        await Assert.ThrowsAsync<SocketException>(() => LinkClient.ConnectAsync(_link));
    }

    [Fact]
    public void A_link_leads_nowhere_but_to_this_machine() =>
        Assert.Throws<ArgumentException>(() => Link.To("http://relay.example.com:9000"));

    /// <summary>A client that has had one byte echoed, so that its whole way through the link stands.</summary>
    private async Task<LinkClient> ConnectedAsync()
    {
        var client = await LinkClient.ConnectAsync(_link);
        await client.SendAsync(1);
        Assert.Equal(1, await client.ReceiveAsync(1));
        return client;
    }
}
