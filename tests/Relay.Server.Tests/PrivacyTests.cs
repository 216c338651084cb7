using System.Text;
using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>Always 1: what passes through the relay shows up nowhere but at its recipient.</summary>
public sealed class PrivacyTests
{
    [Fact]
    public async Task Always_1_no_log_of_any_level_holds_a_peer_id_or_a_payload()
    {
        var (alice, bob, carol) = (TestPeers.Next("alice").Value, TestPeers.Next("bob").Value, TestPeers.Next("carol").Value);
        const string Secret = "a-secret-between-two";
        await using var relay = RelayApp.WithEveryLog(("MailboxMessages", "2"));
        relay.Logs.NeverReveal(alice, bob, carol, Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)));

        // All that gets logged: registrations, refusals, takeovers, losses, calls that fail, connections that break.
        var sender = await relay.NewPeer(json: true).Enter(alice);
        var recipient = await relay.Enter(bob);
        await sender.Send(bob, Secret);
        await recipient.SeesTexts(Secret);
        await sender.Send(carol, Secret, Secret, Secret);
        await sender.Sees<Dropped>();
        await sender.Send(RawPeer.Message(carol + "!", Encoding.UTF8.GetBytes(Secret)), new OutboundMessage { To = bob });
        await sender.Sees<RelayError>(2);
        await sender.Call("Relay", bob, Secret);
        await sender.Call("Register", Secret);
        await sender.Call("Relay", new { first = 1, messages = new { to = bob, payload = Secret } });
        await relay.Enter(bob);
        await recipient.SeesTheEnd();
        var refused = relay.NewPeer();
        await refused.Connect();
        await refused.Register(carol + " ");
        await refused.SeesTheEnd();
        await sender.Call("Relay", new { first = 2, messages = new[] { new { to = bob, payload = new string('x', 3_000_000) + Secret } } });
        await sender.SeesTheEnd();

        // Keys: one that is proven, one that is not.
        var proven = relay.NewPeer(json: true);
        await proven.Connect();
        var proof = await proven.Prove(TestPeers.Key("a key"));
        relay.Logs.NeverReveal(proof.PeerId!, Convert.ToBase64String(proof.Nonce.Span), Convert.ToBase64String(proof.Proof.Span), Convert.ToHexString(proof.Proof.Span));
        await proven.Register(proof);
        await proven.Sees<Registered>();
        var thief = relay.NewPeer();
        await thief.Connect();
        await thief.Register(proof);
        await thief.SeesTheEnd();

        Assert.Contains(relay.Logs.Entries, entry => entry.Category.StartsWith("Microsoft.AspNetCore.SignalR", StringComparison.Ordinal));
        Assert.Contains(relay.Logs.Entries, entry => entry.Category == "Relay.Hub.RelayHub");
    }
}
