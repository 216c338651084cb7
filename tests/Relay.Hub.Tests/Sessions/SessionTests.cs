using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Relay.Contracts;
using Relay.Hub.Observability;
using Relay.Hub.Sessions;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

/// <summary>What the order of things between connections must never change for their users.</summary>
public sealed class SessionTests
{
    private readonly TestRelay _relay = new(options => options.MailboxMessages = 2);

    [Fact]
    public async Task A_takeover_does_not_wait_for_a_connection_that_reads_nothing()
    {
        var alice = await _relay.Connect("alice");
        var dead = await _relay.Connect("bob");
        dead.StopReading();
        alice.Send("bob", 1);

        var bob = await _relay.Connect("bob");

        await bob.Sees<Delivery>();
        Assert.Equal([1], bob.Delivered);
        Assert.Equal(2, _relay.Sessions.ConnectedPeers);
        _relay.Time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.Is("the dead connection is cut", () => dead.IsClosed);
        Assert.Equal(2, _relay.Sessions.ConnectedPeers);
    }

    [Fact]
    public async Task A_replaced_connection_takes_no_report_from_its_successor()
    {
        var alice = await _relay.Connect("alice");
        alice.StopReading();
        for (byte payload = 1; payload <= 3; payload++)
            alice.Send("bob", payload);

        // The old pump hangs in an answer; what it would say next is the report, and that is the new connection's now.
        var next = await _relay.Connect("alice");
        alice.ReadOn();

        Assert.Equal(1, (await next.Sees<Dropped>()).Count);
        await Eventually.Is("the old connection is closed", () => alice.IsClosed);
        Assert.Empty(alice.Told.OfType<Dropped>());
        Assert.IsType<Replaced>(alice.Told[^1]);
    }

    [Fact]
    public async Task A_late_acknowledgement_of_a_replaced_connection_settles_no_report_of_its_successor()
    {
        var old = await _relay.Connect("alice");
        for (byte payload = 1; payload <= 3; payload++)
            old.Send("bob", payload);
        var report = (await old.Sees<Dropped>()).Report;
        var alice = await _relay.Connect("alice");
        await alice.Sees<Dropped>();

        _relay.Directory.GetOrAdd(PeerId.Parse("alice"))!.Acknowledge(old.Session, 0, report, []);
        old.Acknowledge(0, report);

        await alice.DisconnectAsync();
        alice = await _relay.Connect("alice");
        Assert.Equal(report, (await alice.Sees<Dropped>()).Report);
    }

    [Fact]
    public async Task What_the_window_held_back_comes_when_there_is_room_again()
    {
        var relay = new TestRelay(options => options.DeliveryWindowMessages = 2);
        var (alice, bob) = (await relay.Connect("alice"), await relay.Connect("bob"));
        for (byte payload = 1; payload <= 3; payload++)
            alice.Send("bob", payload);
        await Eventually.Is("the window is full", () => bob.Delivered.Count() == 2);

        bob.Acknowledge(1);

        await Eventually.Is("the rest comes", () => bob.Delivered.Count() == 3);
    }

    [Fact]
    public async Task A_call_is_not_held_up_by_what_others_go_on_to_send_to_its_recipient()
    {
        const int others = 100;
        var relay = new TestRelay();
        var (alice, bob, carol) = (await relay.Connect("alice"), await relay.Connect("bob"), await relay.Connect("carol"));
        var (sent, during, caller) = (0, 0, 0);

        // While each write to bob is under way, bob acknowledges and carol sends the next ones, on threads of their own.
        bob.Hears = delivery =>
        {
            during += Environment.CurrentManagedThreadId == Volatile.Read(ref caller) ? 1 : 0;
            if (sent++ >= others)
                return;
            var meanwhile = new Thread(() =>
            {
                bob.Acknowledge(delivery.First - 1);
                carol.Send(carol.Reserve(2), Message(), Message());
            });
            meanwhile.Start();
            meanwhile.Join();
        };
        await Task.Run(
            () =>
            {
                Volatile.Write(ref caller, Environment.CurrentManagedThreadId);
                alice.Send(alice.Reserve(1), Message());
                Volatile.Write(ref caller, 0);
            },
            TestContext.Current.CancellationToken);

        await Eventually.Is("all have come", () => bob.Delivered.Count() == (2 * others) + 1);
        Assert.InRange(during, 0, 8);

        static OutboundMessage Message() => new() { To = "bob", Id = MessageId.New(), Payload = new byte[] { 1 } };
    }

    [Fact]
    public async Task Reports_that_waited_for_an_acknowledgement_come_with_it()
    {
        const int recipients = 70;
        var alice = await _relay.Connect("alice");
        for (var recipient = 0; recipient < recipients; recipient++)
        {
            for (byte payload = 1; payload <= 3; payload++)
                alice.Send($"nobody-{recipient}", payload);
            if (recipient < 64)
                await alice.Sees<Dropped>(recipient + 1);
        }

        await Eventually.Is("all is answered", () => alice.HasAnswer(3 * recipients));
        Assert.Equal(64, alice.Told.OfType<Dropped>().Count());

        alice.Acknowledge(0, alice.Told.OfType<Dropped>().Last().Report);

        await Eventually.Is("the rest is told", () => alice.Told.OfType<Dropped>().Sum(report => report.Count) == recipients);
    }

    [Fact]
    public async Task What_an_ended_connection_had_waiting_is_forgotten_and_paid_back()
    {
        var alice = await _relay.Connect("alice");
        var bob = await _relay.Connect("bob");
        alice.Send("bob", 1);
        alice.Send("bob", 2);
        var before = _relay.Directory.Budget.Used;
        alice.Send("bob", 3);
        Assert.True(_relay.Directory.Budget.Used > before);

        // What she may send is as much as ever again, and need not be remembered.
        _relay.Time.Advance(TimeSpan.FromSeconds(1));
        await alice.DisconnectAsync();

        Assert.Equal(before - Peer.Overhead, _relay.Directory.Budget.Used);
        await bob.Sees<Delivery>();
        bob.Acknowledge(2);
        Assert.Equal([1, 2], bob.Delivered);
    }

    [Fact]
    public async Task A_connection_that_ended_between_waiting_and_noting_it_leaves_nothing_behind()
    {
        var alice = await _relay.Connect("alice");
        alice.Session.End(Ending.Disconnected);

        Assert.False(alice.Session.WaitsAt(_relay.Directory.GetOrAdd(PeerId.Parse("bob"))!));
    }

    [Fact]
    public async Task A_refused_connection_that_registers_again_replaces_nobody()
    {
        var relay = new TestRelay(options => options.MaxPeers = 1);
        var alice = await relay.Connect("alice");
        var intruder = relay.Connect();
        intruder.StopReading();
        intruder.Register("bob");

        intruder.Register("alice");

        Assert.False(alice.Session.HasEnded);
        Assert.Same(alice.Session, relay.Directory.GetOrAdd(PeerId.Parse("alice"))!.Session);
        Assert.Equal(1, relay.Sessions.ConnectedPeers);
    }

    [Fact]
    public async Task One_frame_of_nothing_costs_a_bounded_number_of_answers()
    {
        var flooder = await _relay.Connect("alice");
        flooder.StopReading();

        flooder.Send(1, new OutboundMessage[500_000]);
        flooder.Send(500_001, new OutboundMessage[128]);
        flooder.ReadOn();

        await Eventually.Is("the flooder's connection is closed", () => flooder.IsClosed);
        Assert.InRange(flooder.Told.Count, 1000, 1010);
        Assert.Equal((int)ErrorCode.TooManyFaults, flooder.Told[^1] is RelayError last ? last.Code : 0);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_sent_away_although_others_cause_its_answers()
    {
        var relay = new TestRelay(options => (options.MailboxMessages, options.SendWindowMessages, options.SenderMessagesPerSecond) = (1, 1024, 100_000));
        var alice = await relay.Connect("alice");
        alice.StopReading();

        // Each round fills her window with messages that wait, and their recipient's leaving answers all at once, with
        // numbers that make no ranges. Four windows of answers fit; nobody who reads has more than one.
        for (var (round, number) = (1, 1L); round <= 5; round++)
        {
            var bob = await relay.Connect("bob");
            bob.StopReading();
            for (var last = number + 2048; number < last; number += 2)
                alice.Send(number, new OutboundMessage { To = "bob", Id = MessageId.New() });
            await bob.DisconnectAsync();
        }

        await Eventually.Is("alice's session ends", () => alice.Session.HasEnded);
        alice.ReadOn();
        await Eventually.Is("alice's connection is closed", () => alice.IsClosed);

        var why = Assert.IsType<RelayError>(alice.Told[^1]);
        Assert.Equal((int)ErrorCode.TooManyUnreadAnswers, why.Code);
        Assert.Contains("More than 4096 answers wait for this client to read them (the larger of 4096 and 1024, Relay:SendWindowMessages)", why.Message, StringComparison.Ordinal);
        Assert.Contains("docs/operating.md", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_ended_before_it_could_register_leaves_no_peer_behind()
    {
        var silent = _relay.Connect();
        _relay.Time.Advance(_relay.Directory.Options.RegistrationTimeout);
        await Eventually.Is("the silent connection is closed", () => silent.IsClosed);

        silent.Register("alice");

        Assert.Equal((0, 0, 0), (_relay.Directory.Count, _relay.Sessions.ConnectedPeers, _relay.Sessions.OpenConnections));
        Assert.Equal((int)ErrorCode.RegistrationTimeout, Assert.IsType<RelayError>(Assert.Single(silent.Told)).Code);
    }

    [Fact]
    public async Task A_proof_that_comes_after_the_time_to_register_proves_nothing()
    {
        const string Here = "https://relay.example.com";
        var relay = new TestRelay(options => options.Origins.Add(Here));
        var alice = relay.Connect();
        var nonce = new byte[RegistrationProof.NonceLength];
        Assert.True(RegistrationProof.TryAnswer(TestPeers.Key("alice"), alice.Challenge!, Here, nonce, null, 0, out var request));

        relay.Time.Advance(relay.Directory.Options.RegistrationTimeout);
        alice.Session.Register(request);
        await Eventually.Is("the connection is closed", () => alice.IsClosed);

        Assert.Equal((int)ErrorCode.RegistrationTimeout, Assert.IsType<RelayError>(Assert.Single(alice.Told)).Code);
        Assert.Equal(0, relay.Directory.Count);
    }

    [Fact]
    public async Task A_stopping_relay_is_not_ready()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var status = new RelayStatus(new RelayMetrics(services.GetRequiredService<IMeterFactory>()), _relay.Sessions);
        var ready = new RelayReadiness(status, Options.Create(_relay.Directory.Options));
        var context = new HealthCheckContext();
        Assert.Equal(HealthStatus.Healthy, (await ready.CheckHealthAsync(context, TestContext.Current.CancellationToken)).Status);

        await _relay.Sessions.DrainAsync();

        Assert.Equal(HealthStatus.Unhealthy, (await ready.CheckHealthAsync(context, TestContext.Current.CancellationToken)).Status);
    }
}
