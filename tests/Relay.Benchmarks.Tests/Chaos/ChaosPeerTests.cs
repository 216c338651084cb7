using System.Threading.Channels;
using Client.Transport;
using Relay.Benchmarks.Chaos;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Benchmarks.Chaos.Peers;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Contracts;
using TestKit;

namespace Relay.Benchmarks.Tests.Chaos;

public sealed class ChaosPeerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_a_replaced_transport_holds_is_not_handed_over_beside_its_successors_messages(int replaced)
    {
        var history = new History(2);
        PeerIdentity[] everybody = [PeerIdentity.NewKey(), PeerIdentity.NewKey()];
        using var subject = new Scripted();
        await using var peer = new ChaosPeer(1, everybody, subject, new Uri("http://127.0.0.1:9"), history);
        var messages = Enumerable.Range(1, 2).Select(number => new SentMessage(0, 1, number, MessageId.New(), 10, Noise.Hash(Noise.Of(number, 10)))).ToArray();
        foreach (var message in messages)
            history.Add(message);

        // A message in the hands of each; which life the relay replaces, it says.
        peer.Pause();
        subject.Lives[0].Arrive(messages[0], everybody[0]);
        var takeover = peer.TakeOverAsync(TestContext.Current.CancellationToken);
        subject.Lives[1].Arrive(messages[1], everybody[0]);
        await Eventually.Is("both hold one", () => subject.Lives.All(life => life.Holds));
        subject.Lives[replaced].WasReplaced = true;
        Assert.True(await takeover);
        peer.Read();

        await Eventually.Is("neither holds one", () => !subject.Lives.Any(life => life.Holds));
        Assert.Equal(messages[1 - replaced], Assert.Single(history.Peers[1].Received).Message);
        Array.ForEach(everybody, one => one.Dispose());
    }

    [Fact]
    public async Task A_message_that_expired_is_settled_as_one_that_arrived_is()
    {
        using var subject = new RelaySubject(new ChaosSettings { Relay = ["Relay:MailboxTimeToLive=00:00:01"] });
        await using var server = await subject.StartAsync(TestContext.Current.CancellationToken);
        var history = new History(2);
        PeerIdentity[] everybody = [PeerIdentity.NewKey(), PeerIdentity.NewKey()];
        await using var alice = new ChaosPeer(0, everybody, subject, server.Address, history);
        await using var bob = new ChaosPeer(1, everybody, subject, server.Address, history);
        await Eventually.Is("both are connected", () => alice.IsConnected && bob.IsConnected);

        var arrives = alice.Send(1, 10);
        await Eventually.Is("it has arrived", () => history.AreSettled([arrives]));
        bob.Link.Cut();
        var expires = alice.Send(1, 10);
        await Eventually.Is("the other has expired", () => history.AreSettled([arrives, expires]));

        Assert.Equal(LossReason.Expired, expires.Reported);
        Assert.Equal(arrives, Assert.Single(history.Peers[1].Received).Message);
        Array.ForEach(everybody, one => one.Dispose());
    }

    private sealed class Scripted : ISubject
    {
        public List<ScriptedLife> Lives { get; } = [];

        public string Name => "scripted";

        public bool IsRelay => false;

        public long SlowedSends => 0;

        public long PolledConnections => 0;

        public int Port => 0;

        public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ILife Begin(PeerIdentity self, Uri server, Func<int, PeerId> address, Action<LossReport> report, Action<string> note)
        {
            Lives.Add(new ScriptedLife());
            return Lives[^1];
        }

        public void Dispose()
        {
        }
    }

    private sealed class ScriptedLife : ILife
    {
        private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>();
        private volatile bool _holds;

        public bool Holds => _holds;

        public bool IsConnected => true;

        public bool WasReplaced { get; set; }

        public void GiveWay()
        {
        }

        public void Arrive(SentMessage message, PeerIdentity from) =>
            _arrivals.Writer.TryWrite(new Arrival(from.Address, message.Id, Noise.Of(message.Number, message.Length)));

        public Task<SendOutcome> SendAsync(SentMessage message, ReadOnlyMemory<byte> payload) => Task.FromResult(SendOutcome.Accepted);

        public async Task ReadAsync(Func<Arrival, ValueTask> take)
        {
            await foreach (var arrival in _arrivals.Reader.ReadAllAsync())
            {
                _holds = true;
                await take(arrival);
                _holds = false;
            }
        }

        public ValueTask DisposeAsync()
        {
            _arrivals.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
