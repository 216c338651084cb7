using Client.Transport.Relay;
using Microsoft.Extensions.Logging;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>A connection ends while it is made, or disposed of: in the middle of what, is drawn anew in every round.</summary>
/// <remarks>
/// The closing can come before the disposal, which then finds it still failing the sends; while the disposal says goodbye, which it ends; behind
/// it, when there is nothing left to do; or during the registration, when neither writer runs yet that the disposal would otherwise wait for.
/// </remarks>
[Collection(nameof(Alone))]
public sealed class RelayEndTests : RelayTests, IDisposable
{
    private const int Rounds = 100;
    private const int Sends = 20;
    private const int AtATime = 8;

    // Of the order of what a call to a relay on the same machine takes: either can be first, or in the middle of the other.
    private static readonly TimeSpan LongestHeadStart = TimeSpan.FromMilliseconds(1);

    private readonly LogVerifier _logs = LogVerifier.Fresh();
    private readonly ILoggerFactory _loggers;

    // What SignalR says of a connection that broke is no fault, but what it says of this side's handlers.
    public RelayEndTests()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        _logs.Expect(entry => entry.Category.StartsWith("Microsoft.AspNetCore.SignalR.", StringComparison.Ordinal)
            && entry.Id.Name is not ("ErrorDuringClosedEvent" or "ErrorInvokingClientSideMethod"));
    }

    public enum End
    {
        NetworkBreaks,
        RelayCloses,
        IsReplaced,
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _logs.Dispose();
    }

    [Theory]
    [InlineData(End.NetworkBreaks)]
    [InlineData(End.RelayCloses)]
    [InlineData(End.IsReplaced)]
    public async Task A_link_that_ends_while_it_is_disposed_of_is_over_and_so_are_its_sends(End end)
    {
        await using var host = await RelayHost.StartAsync(relay => relay.RegistrationsPerPeerPerMinute = 100_000);
        await using var link = Link.To(host.Url);
        for (var round = 0; round < Rounds; round++)
        {
            var one = await ConnectAsync(link.Url);
            var sends = Enumerable.Range(0, Sends).Select(i => one.SendAsync(Bob, Numbered(i), Token)).ToArray();

            await AtOnceAsync(new Random(round), HowTo(end, link, host.Url), async () => await one.DisposeAsync());

            // At once, and not soon: whoever has disposed of a link knows the outcome of what it sent.
            Assert.False(one.IsOpen);
            Assert.True(one.Ended.IsCompletedSuccessfully);
            Assert.All(sends, send => Assert.True(send.IsCompleted));
            foreach (var send in sends.Where(send => !send.IsCompletedSuccessfully))
                Assert.Equal(TransportError.ConnectionClosed, (await FailureOfAsync(() => send)).Error);
            Assert.Equal(TransportError.ConnectionClosed, (await FailureOfAsync(() => one.SendAsync(Bob, Numbered(0), Token))).Error);
        }

        _logs.Verify();
    }

    [Theory]
    [InlineData(End.NetworkBreaks)]
    [InlineData(End.RelayCloses)]
    [InlineData(End.IsReplaced)]
    public async Task A_transport_whose_connection_ends_while_it_is_disposed_of_is_over_and_nobody_waits_for_it(End end)
    {
        await using var host = await RelayHost.StartAsync(relay => relay.RegistrationsPerPeerPerMinute = 100_000);
        await using var link = Link.To(host.Url);
        for (var round = 0; round < Rounds; round++)
        {
            var alice = new RelayTransport(Options(link.Url, Alice), null, _loggers);
            await alice.ConnectAsync(Bob, Token);
            var sends = Enumerable.Range(0, Sends).Select(i => alice.SendAsync(Bob, Numbered(i), Token).AsTask()).ToArray();
            var receiving = alice.ReceiveAsync(Token).AsTask();

            await AtOnceAsync(new Random(round), HowTo(end, link, host.Url), async () => await alice.DisposeAsync());

            Assert.Equal(RelayConnectionState.Disposed, alice.State);
            Assert.False(alice.IsConnected(Bob));
            var ended = await Record.ExceptionAsync(() => receiving.WaitAsync(Eventually.Patience, Token));
            Assert.True(ended is ObjectDisposedException or TransportException { Error: TransportError.ConnectionClosed }, $"{ended}");
            await Eventually.Is("every send has ended", () => Array.TrueForAll(sends, send => send.IsCompleted));
            Assert.All(sends, send => Assert.True(
                send.IsCompletedSuccessfully || send.Exception?.InnerException is TransportException { Error: TransportError.ConnectionClosed }, $"{send.Exception}"));
        }

        _logs.Verify();
    }

    [Fact]
    public async Task A_connection_that_breaks_while_it_registers_is_a_failure_to_connect_and_nothing_else()
    {
        await using var host = await RelayHost.StartAsync(relay => relay.RegistrationsPerPeerPerMinute = 100_000);
        await using var link = Link.To(host.Url);
        for (var round = 0; round < Rounds; round++)
        {
            var random = new Random(round);
            var attempts = Enumerable.Range(0, AtATime).Select(i => Task.Run(() => AttemptAsync(link.Url, PeerId.Parse($"peer{i}")), Token)).ToArray();
            while (!Array.TrueForAll(attempts, attempt => attempt.IsCompleted))
            {
                Spin(random.NextDouble() * LongestHeadStart);
                link.Reset();
            }

            await Task.WhenAll(attempts);
        }

        _logs.Verify();
    }

    private async Task AttemptAsync(Uri url, PeerId peer)
    {
        try
        {
            await using var one = await ConnectAsync(url, peer);
        }
        catch (TransportException)
        {
            // Whatever it was in the middle of.
        }
    }

    private Task<RelayLink> ConnectAsync(Uri url, PeerId? peer = null) => RelayLink.ConnectAsync(
        Options(url, peer ?? Alice), new Inbox(1000), _ => { }, TimeProvider.System, _loggers.CreateLogger<RelayEndTests>(), _loggers, Token);

    private Func<Task> HowTo(End end, Link link, Uri relay) => end switch
    {
        End.NetworkBreaks => () =>
        {
            link.Reset();
            return Task.CompletedTask;
        }
        ,
        End.RelayCloses => () =>
        {
            link.HalfClose(Towards.Client);
            return Task.CompletedTask;
        }
        ,
        End.IsReplaced => async () => await (await ConnectAsync(relay)).DisposeAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, null),
    };

    /// <summary>Does both at once, one of them with a head start.</summary>
    private static async Task AtOnceAsync(Random random, Func<Task> one, Func<Task> other)
    {
        using var start = new Barrier(2);
        var headStart = random.NextDouble() * LongestHeadStart;
        var (first, second) = random.Next(2) == 0 ? (one, other) : (other, one);
        var both = Task.WhenAll(
            Task.Run(
                async () =>
                {
                    start.SignalAndWait(Token);
                    await first();
                },
                Token),
            Task.Run(
                async () =>
                {
                    start.SignalAndWait(Token);
                    Spin(headStart);
                    await second();
                },
                Token));
        await both.WaitAsync(Eventually.Patience, Token);
    }

    private static void Spin(TimeSpan time)
    {
        var from = TimeProvider.System.GetTimestamp();
        SpinWait.SpinUntil(() => TimeProvider.System.GetElapsedTime(from) >= time);
    }
}
