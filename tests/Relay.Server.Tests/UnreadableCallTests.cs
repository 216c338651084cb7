using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub;

namespace Relay.Server.Tests;

/// <summary>Calls that cannot be read are answered, also where the client asked for no completion.</summary>
public sealed class UnreadableCallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_is_answered_in_its_place_and_the_connection_stays(bool json)
    {
        await using var relay = RelayApp.OnSockets();
        var carol = await relay.NewPeer(json).Enter("carol");

        await carol.Call("Nonsense");
        await carol.Call("Relay");
        await carol.Call("Relay", 1, 2, 3);
        await carol.Call("Acknowledge", "no acknowledgement");
        await carol.Call("Relay", new { first = "many", messages = 7 });

        await carol.Sees<RelayError>(5);
        Assert.All(carol.All<RelayError>(), error => Assert.Equal((ErrorCode.Malformed, 0L), ((ErrorCode)error.Code, error.Number)));
        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
    }

    [Fact]
    public async Task One_before_the_registration_is_answered_too()
    {
        await using var relay = RelayApp.OnSockets();
        var carol = relay.NewPeer();
        await carol.Connect();

        await carol.Call("Nonsense");

        await carol.SeesError(ErrorCode.Malformed);
    }

    [Fact]
    public async Task With_an_invocation_id_the_completion_says_it()
    {
        await using var relay = RelayApp.OnSockets();
        var carol = await relay.Enter("carol");

        await Assert.ThrowsAsync<HubException>(() => carol.Connection.InvokeAsync("Nonsense", TestContext.Current.CancellationToken));
        Assert.Empty(carol.All<RelayError>());
    }

    [Fact]
    public async Task Other_hubs_of_the_application_are_left_alone()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRelayHub();
        await using var app = builder.Build();
        app.MapRelayHub();
        app.MapHub<EchoHub>("/echo");
        await app.StartAsync(TestContext.Current.CancellationToken);
        await using var client = new HubConnectionBuilder().WithUrl(app.Urls.Single() + "/echo").Build();
        await client.StartAsync(TestContext.Current.CancellationToken);

        await client.SendAsync("Nonsense", TestContext.Current.CancellationToken);

        Assert.Equal("hello", await client.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken));
        await client.StopAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    internal sealed class EchoHub : Microsoft.AspNetCore.SignalR.Hub
    {
        public string Echo(string text) => text;
    }
}
