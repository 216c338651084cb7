using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using Relay.Hub;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Calls that cannot be read are answered and cost something, whether the client asked for a completion or not.</summary>
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_waits_for_a_result_gets_an_error_that_says_what_is_wrong(bool json)
    {
        await using var relay = RelayApp.OnSockets();
        var carol = await relay.NewPeer(json).Enter("carol");

        await Fails(carol.Connection.InvokeAsync("Nonsense", TestContext.Current.CancellationToken));
        await Fails(carol.Connection.InvokeAsync("Relay", 1, 2, 3, TestContext.Current.CancellationToken));
        await Fails(carol.Connection.InvokeAsync<object>("Acknowledge", "no acknowledgement", TestContext.Current.CancellationToken));

        // Each has its answer among the others, too. A call that can be read completes as ever.
        await carol.Sees<RelayError>(3);
        await carol.Connection.InvokeAsync("Acknowledge", new Acknowledgement { Epoch = carol.Epoch }, TestContext.Current.CancellationToken);
        await carol.Send("carol", "still here");
        await carol.SeesTexts("still here");
        Assert.Equal(3, carol.All<RelayError>().Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_of_any_kind_is_such_a_call(bool json)
    {
        await using var relay = RelayApp.OnSockets();
        var carol = await relay.NewPeer(json).Enter("carol");
        var upload = Channel.CreateUnbounded<int>();
        upload.Writer.TryWrite(7);

        await Fails(Read(carol.Connection.StreamAsync<int>("Nonsense", TestContext.Current.CancellationToken)));
        await Fails(Read(carol.Connection.StreamAsync<int>("Acknowledge", new Acknowledgement { Epoch = carol.Epoch }, TestContext.Current.CancellationToken)));
        await carol.Call("Acknowledge", new Acknowledgement { Epoch = carol.Epoch }, upload.Reader);

        // The call with a stream to come, and the one item of it.
        await carol.Sees<RelayError>(4);
        Assert.All(carol.All<RelayError>(), error => Assert.Equal((ErrorCode.Malformed, 0L), ((ErrorCode)error.Code, error.Number)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Nothing_but_such_calls_ends_the_connection_also_when_each_waits_for_a_result(bool json, bool stream)
    {
        // A mistake costs ten messages: a second.
        await using var relay = RelayApp.OnSockets(("SenderMessagesPerSecond", "10"));
        var carol = await relay.NewPeer(json).Enter("carol");

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Fails(stream
            ? Read(carol.Connection.StreamAsync<int>("Relay", new RelayRequest { First = 1 }, TestContext.Current.CancellationToken))
            : carol.Connection.InvokeAsync("Nonsense", TestContext.Current.CancellationToken))));

        await carol.SeesError(ErrorCode.TooManyFaults);
        await carol.SeesTheEnd();
        Assert.InRange(carol.All<RelayError>().Count(error => error.Code == (int)ErrorCode.Malformed), 2, 19);

        // By a tag, with which an operator can ban whoever does that again.
        var line = Assert.Single(relay.Logs.Entries, entry => entry.Id.Id == 1008).Message;
        Assert.StartsWith("peer#", line, StringComparison.Ordinal);
        Assert.Contains(nameof(ErrorCode.TooManyFaults), line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_completion_is_such_a_call_because_the_relay_asks_for_none()
    {
        await using var relay = RelayApp.OnSockets(("SenderMessagesPerSecond", "10"));
        using var stranger = await Stranger.Connect(relay.Url);
        await stranger.AskForWebSocket();
        await stranger.SayHello();

        const string completion = "{\"type\":3,\"invocationId\":\"7\",\"result\":1}\u001e";
        await stranger.SayByteByByte(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(completion, 20))));

        // Nor is it answered by one.
        var said = await stranger.UntilClosed().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.Contains($"\"code\":{(int)ErrorCode.Malformed},", said, StringComparison.Ordinal);
        Assert.Contains($"\"code\":{(int)ErrorCode.TooManyFaults},", said, StringComparison.Ordinal);
        Assert.DoesNotContain("\"type\":3", said, StringComparison.Ordinal);
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
        var failure = await Assert.ThrowsAsync<HubException>(() => client.InvokeAsync("Nonsense", TestContext.Current.CancellationToken));

        Assert.DoesNotContain("docs/protocol.md", failure.Message, StringComparison.Ordinal);
        var counted = await client.StreamAsync<int>("Count", 3, TestContext.Current.CancellationToken).ToArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], counted);
        Assert.Equal("hello", await client.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken));
        await client.StopAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task Fails(Task call)
    {
        var failure = await Assert.ThrowsAsync<HubException>(() => call);
        Assert.Contains("docs/protocol.md lists the methods and their arguments", failure.Message, StringComparison.Ordinal);
    }

    private static async Task Read(IAsyncEnumerable<int> stream)
    {
        await foreach (var _ in stream)
        {
        }
    }

    internal sealed class EchoHub : Microsoft.AspNetCore.SignalR.Hub
    {
        public string Echo(string text) => text;

        public IAsyncEnumerable<int> Count(int to) => Enumerable.Range(1, to).ToAsyncEnumerable();
    }
}
