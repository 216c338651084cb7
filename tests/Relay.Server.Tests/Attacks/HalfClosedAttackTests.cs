using TestKit;

namespace Relay.Server.Tests.Attacks;

/// <summary>Who says that nothing more comes, and stays: the relay has nothing left to wait for, and lets go.</summary>
public sealed class HalfClosedAttackTests(ITestOutputHelper output)
{
    // More than the buffers of both sockets take.
    private const string MuchToRead = "a registration, with more to read than it takes";

    [Theory]
    [InlineData("nothing")]
    [InlineData("half a head")]
    [InlineData("half a body")]
    [InlineData("a request for a WebSocket")]
    [InlineData("SignalR's handshake")]
    [InlineData("half a frame")]
    [InlineData("a registration")]
    [InlineData(MuchToRead)]
    public async Task A_socket_that_is_half_closed_is_closed_whatever_it_has_said_before(string after)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Counts the handles of a process in /proc.");

        // Nothing else closes them in the time the test has: not the time to register, nor silence.
        await using var relay = await ServerProcess.Start("RegistrationTimeout=00:01:00", "ClientTimeout=00:10:00", "DeliveryWindowBytes=67108864");
        var many = after == MuchToRead ? 5 : AttackSize.Of(10, 200);
        var handles = relay.Handles;
        var strangers = new List<Stranger>();
        for (var i = 0; i < many; i++)
        {
            var stranger = await Stranger.Connect(relay.Url);
            strangers.Add(stranger);
            await Say(relay, stranger, after, $"half-{i}");
        }

        foreach (var stranger in strangers)
            stranger.CloseItsSide();
        await Task.WhenAll(strangers.Select(stranger => stranger.UntilClosed())).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await Eventually.Is("the relay knows that they left", () => relay.Peers().GetAwaiter().GetResult() == 2);
        foreach (var stranger in strangers)
            stranger.Dispose();
        await Eventually.Is("the sockets are closed", () => relay.Handles <= handles + 8);
        await relay.EndTalk();
        output.WriteLine($"{strangers.Count} sockets half-closed after {after}: all closed; handles {handles} before, {relay.Handles} after");
    }

    private static async Task Say(ServerProcess relay, Stranger stranger, string after, string name)
    {
        switch (after)
        {
            case "nothing":
                return;
            case "half a head":
                await stranger.Write(Stranger.Upgrade());
                return;
            case "half a body":
                await stranger.Write("POST /relay?id=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf");
                return;
        }

        await stranger.AskForWebSocket();
        if (after == "a request for a WebSocket")
            return;
        await stranger.SayHello();
        if (after == "half a frame")
            await stranger.Write("\u0082\u00fe\u0010\u0000\0\0\0\0{");
        if (!after.StartsWith("a registration", StringComparison.Ordinal))
            return;

        var peers = await relay.Peers();
        await stranger.Register(name);
        await Eventually.Is("it is registered", () => relay.Peers().GetAwaiter().GetResult() == peers + 1);
        if (after == "a registration")
            return;

        await using var mallory = await new RawPeer(relay.Url).Enter($"mallory-{name}");
        for (var sent = 10; sent <= 100; sent += 10)
        {
            for (var i = 0; i < 10; i++)
                await mallory.Send(name, new byte[65_536]);
            await mallory.SeesAnswers(sent);
        }

        await mallory.Leave();
        await Eventually.Is("it has left", () => relay.Peers().GetAwaiter().GetResult() == peers + 1);
    }
}
