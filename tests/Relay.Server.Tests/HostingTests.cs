using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub;

namespace Relay.Server.Tests;

/// <summary>The relay as a guest in somebody else's application.</summary>
public sealed class HostingTests
{
    [Fact]
    public async Task Any_application_can_host_the_relay_at_a_path_of_its_own_with_options_set_in_code()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRelayHub(options =>
        {
            options.Path = "/chat/through";
            options.AllowNamedPeers = true;
            options.MaxPayloadBytes = 100;
            options.BannedPeers.Add("mallory");
        });
        await using var app = builder.Build();
        app.MapGet("/", () => "the application's own page");
        app.MapRelayHub();
        await app.StartAsync(TestContext.Current.CancellationToken);
        var url = new Uri(new Uri(app.Urls.Single()), "/chat/through");

        await using var alice = new RawPeer(url);
        await using var bob = new RawPeer(url);
        await using var mallory = new RawPeer(url);
        await alice.Enter("alice");
        await bob.Enter("bob");
        await mallory.Connect();
        await mallory.Register("mallory");
        await alice.Send("bob", "hello");
        var tooLarge = await alice.Send("bob", new byte[101]);

        await bob.SeesTexts("hello");
        await alice.SeesError(ErrorCode.PayloadTooLarge, tooLarge);
        await mallory.SeesError(ErrorCode.Banned);
        using var http = new HttpClient();
        Assert.Equal("the application's own page", await http.GetStringAsync(new Uri(app.Urls.Single()), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Code_wins_over_configuration()
    {
        var builder = WebApplication.CreateSlimBuilder(["--Relay:MaxPeers=5", "--Relay:MailboxMessages=7"]);
        builder.Services.AddRelayHub(options => options.MaxPeers = 6);
        await using var app = builder.Build();

        var options = app.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<RelayOptions>>().Value;

        Assert.Equal((6, 7), (options.MaxPeers, options.MailboxMessages));
    }
}
