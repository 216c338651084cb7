using System.Text;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Telemetry;

/// <summary>Makes everything happen once that the relay measures, with PeerIds and payloads that can be looked for.</summary>
internal sealed class Traffic
{
    private const string Payload = "a-secret-between-two";

    public string Alice { get; } = TestPeers.Next("alice").Value;

    public string Bob { get; } = TestPeers.Next("bob").Value;

    public string Carol { get; } = TestPeers.Next("carol").Value;

    public PeerKey Key { get; } = TestPeers.Key("somebody who is measured");

    /// <summary>What must show up nowhere.</summary>
    public string[] Secrets => [Alice, Bob, Carol, Key.PeerId.Value, Payload, Convert.ToBase64String(Encoding.UTF8.GetBytes(Payload))];

    /// <summary>Settings under which it happens soon.</summary>
    public static (string Name, string Value)[] Settings =>
        [("MailboxMessages", "3"), ("DeliveryWindowMessages", "1"), ("MailboxTimeToLive", "00:00:01"), ("OTEL_METRIC_EXPORT_INTERVAL", "200")];

    public async Task RunAsync(RelayApp relay)
    {
        var alice = await relay.NewPeer(json: true).Enter(Alice);
        var bob = await relay.Enter(Bob);

        // Delivered and acknowledged; a second one waits for that, which is a stall; then on a later connection once more.
        await alice.Send(Bob, Payload, Payload);
        await bob.SeesMessages(1);
        await bob.AcknowledgeForSure(1);
        await bob.SeesMessages(2);
        var later = await relay.Enter(Bob, bob.Epoch, 1);
        await later.SeesMessages(1);
        await later.AcknowledgeForSure(2);

        // Evicted, later expired; refused; and a key that is proven.
        await alice.Send(Carol, [.. Enumerable.Repeat(Payload, 5)]);
        await alice.Sees<Dropped>();
        await alice.Send(RawPeer.Message("NOBODY " + Carol, Encoding.UTF8.GetBytes(Payload)));
        await alice.Sees<RelayError>();
        await relay.NewPeer().Enter(Key);
    }
}
