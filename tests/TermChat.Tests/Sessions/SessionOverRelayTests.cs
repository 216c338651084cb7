using System.Text;
using Client.Transport;
using Client.Transport.Relay;
using Relay.Contracts;
using TermChat.Sessions;
using TestKit;

namespace TermChat.Tests.Sessions;

/// <summary>A relay takes the packets of a handshake for payloads like any others.</summary>
public sealed class SessionOverRelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_5_a_session_is_set_up_through_the_relay_though_the_recipient_was_never_there_when_it_began()
    {
        await using var relay = await RelayHost.StartAsync(options => options.AllowNamedPeers = false);
        var (aliceKey, bobKey) = (TestPeers.Key("alice"), TestPeers.Key("bob"));
        using var alice = new SessionTable(aliceKey);
        using var bob = new SessionTable(bobKey);
        await using var alicesWay = new RelayTransport(new RelayTransportOptions { Url = relay.Url, Key = aliceKey });
        await using var bobsWay = new RelayTransport(new RelayTransportOptions { Url = relay.Url, Key = bobKey });

        Assert.Equal((PacketType.Initiation, SendStatus.Queued), await SendAsync(alice, alicesWay, bobKey.PeerId, "hello"));
        Assert.Equal("hello", await ReceiveAsync(bob, bobsWay));
        Assert.Equal((PacketType.Response, SendStatus.Accepted), await SendAsync(bob, bobsWay, aliceKey.PeerId, "and to you"));
        Assert.Equal("and to you", await ReceiveAsync(alice, alicesWay));

        Assert.NotEqual(default, alice.Current(bobKey.PeerId));
        Assert.Equal(bob.Current(aliceKey.PeerId), alice.Current(bobKey.PeerId));
        Assert.Equal((PacketType.Data, SendStatus.Accepted), await SendAsync(alice, alicesWay, bobKey.PeerId, "now we talk"));
        Assert.Equal("now we talk", await ReceiveAsync(bob, bobsWay));
    }

    private static async Task<(PacketType Type, SendStatus Status)> SendAsync(SessionTable session, RelayTransport way, PeerId to, string text)
    {
        Assert.True(session.TrySeal(to, Encoding.UTF8.GetBytes(text), out var packet));
        return ((PacketType)packet.Bytes.Span[0], (await way.SendAsync(to, packet.Bytes, Token)).Status);
    }

    private static async Task<string> ReceiveAsync(SessionTable session, RelayTransport way)
    {
        var received = await way.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        return Encoding.UTF8.GetString(session.Open(received.Sender, received.Payload).Plaintext.Span);
    }
}
