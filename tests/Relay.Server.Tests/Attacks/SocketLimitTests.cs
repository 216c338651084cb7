using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>Sockets on which nothing whole has come yet: how many of them one address may have, and for how long.</summary>
public sealed class SocketLimitTests
{
    [Fact]
    public async Task Sockets_of_one_address_that_say_nothing_are_bounded_and_the_log_says_by_which_setting_and_others_are_let_in()
    {
        // From loopback there is no such limit, so this takes one of the addresses by which others reach this machine.
        var address = AddressOfThisMachine();
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        var url = new Uri($"http://0.0.0.0:{Ports.Lasting()}");
        await using var relay = ProgramProcess.Start(
            "Relay.Server", new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Development" }, "--urls", url.ToString(), "--Relay:MaxConnectionsPerAddress=3");
        await relay.WaitForLineAsync("TermChat relay is ready at ");
        var strangers = new List<Stranger>();
        for (var i = 0; i < 5; i++)
            strangers.Add(await Stranger.Connect(url, address));

        await Eventually.Is("two are closed", () => strangers.Count(stranger => stranger.IsClosed) == 2);

        var line = await relay.WaitForLineAsync("Sockets were closed because 3 from the same address are open");
        Assert.Contains("(Relay:MaxConnectionsPerAddress)", line, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", line, StringComparison.Ordinal);
        Assert.Contains("4030", relay.Output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(address!.ToString(), line, StringComparison.Ordinal);
        using (var other = await Stranger.Connect(url))
            Assert.Equal(101, (await other.AskForWebSocket()).Status);
        Assert.Equal(2, strangers.Count(stranger => stranger.IsClosed));

        foreach (var stranger in strangers)
            stranger.Dispose();
        await Eventually.Is("there is room again", () => IsLetInAsync().GetAwaiter().GetResult());

        async Task<bool> IsLetInAsync()
        {
            using var stranger = await Stranger.Connect(url, address);
            try
            {
                return await stranger.AskForWebSocket() is (101, _);
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Sockets_of_one_address_that_come_too_often_are_closed_before_their_TLS_and_the_log_says_by_which_setting()
    {
        var address = AddressOfThisMachine();
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        var url = new Uri($"http://0.0.0.0:{Ports.Lasting()}");
        await using var relay = ProgramProcess.Start(
            "Relay.Server", new Dictionary<string, string?> { ["DOTNET_ENVIRONMENT"] = "Development" }, "--urls", url.ToString(), "--Relay:ConnectionsPerAddressPerMinute=5");
        await relay.WaitForLineAsync("TermChat relay is ready at ");
        for (var i = 0; i < 10; i++)
        {
            using var one = await Stranger.Connect(url, address);
            Assert.Equal(200, await one.Ask("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        }

        using var more = await Stranger.Connect(url, address);
        Assert.Equal("", await more.UntilClosed());

        var line = await relay.WaitForLineAsync("Sockets were closed because more than 10 a minute came from the same address");
        Assert.Contains("(twice Relay:ConnectionsPerAddressPerMinute)", line, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", line, StringComparison.Ordinal);
        Assert.DoesNotContain(address!.ToString(), line, StringComparison.Ordinal);
        using var other = await Stranger.Connect(url);
        Assert.Equal(101, (await other.AskForWebSocket()).Status);
    }

    [Fact]
    public async Task A_request_that_does_not_end_is_closed_after_the_time_to_register_and_a_socket_on_which_nothing_comes_after_30_seconds()
    {
        await using var relay = RelayApp.OnSockets(("RegistrationTimeout", "00:00:01"));
        using var silent = await Stranger.Connect(relay.Url);
        using var slow = await Stranger.Connect(relay.Url);

        await slow.Write(Stranger.Upgrade());

        // Sooner than Kestrel would by itself: a request after 30 s, and a silent socket after 130.
        await slow.UntilClosed().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(silent.IsClosed);
        await Eventually.Is("the silent one is closed too", () => silent.IsClosed, within: TimeSpan.FromSeconds(90));
    }

    private static IPAddress? AddressOfThisMachine() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(one => one.Address)
        .FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(one));
}
