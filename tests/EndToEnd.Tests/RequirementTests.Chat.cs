using System.Text;
using Client.Transport;
using Client.Transport.Relay;
using EndToEnd.Tests.Programs;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests;

// What the encrypted chat adds, with the real programs.
public sealed partial class RequirementTests
{
    [Fact]
    public async Task MainWay_12_AfterSuccess_7_the_recipient_decrypts_decodes_shows_and_acknowledges()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);

        // Ends with 0 only when the acknowledgement has come back through the relay.
        await people.Alice.RunAsync("send", "bob", "--wait", "Grüße, Bob");

        await bob.HearsAsync("Grüße, Bob");
        Assert.Empty(people.Alice.Outstanding());
        Assert.Equal(["Grüße, Bob"], people.Bob.Received());
    }

    [Fact]
    public async Task Always_1_UC4_11a_what_the_relay_carries_is_sealed_and_is_nobody_elses_to_send()
    {
        const string Text = "for Bob alone, from Alice alone";
        await using var people = await TwoPeople.MeetAsync();
        await people.Alice.RunAsync("send", "bob", Text);

        // What the relay has for Bob, as his transport gets it.
        ReadOnlyMemory<byte> payload;
        using (var bobsKey = ReadKey(people.Bob))
        await using (var tap = new RelayTransport(new RelayTransportOptions { Url = new Uri(people.Relay.Url), Key = bobsKey }))
        {
            var packet = await tap.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
            packet.Hold();
            Assert.Equal(people.AliceId, packet.Sender.Value);
            payload = packet.Payload.ToArray();
        }

        Assert.Equal(-1, payload.Span.IndexOf(Encoding.UTF8.GetBytes(Text)));
        Assert.Equal(-1, payload.Span.IndexOf("Alice"u8));

        // Mallory got hold of it, and sends it under her own name: the relay attests her, the session says Alice.
        var malloryKey = TestPeers.Key("mallory");
        await using var mallory = new RelayTransport(new RelayTransportOptions { Url = new Uri(people.Relay.Url), Key = malloryKey });
        await mallory.SendAsync(PeerId.Parse(people.BobId), new OutgoingMessage(payload), Token);

        await using var bob = await Listener.StartAsync(people.Bob);
        await bob.HearsAsync(Text);
        await people.Alice.RunAsync("send", "bob", "--wait", "and that was all");
        await bob.HearsAsync("and that was all");
        Assert.Equal([Text, "and that was all"], bob.Heard());
        Assert.DoesNotContain(malloryKey.PeerId.Value, bob.Process.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("was refused", await File.ReadAllTextAsync(Path.Combine(people.Bob.Folder, "termchat.log"), Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UC4_12a_a_message_whose_acknowledgement_was_lost_is_sent_again_and_shown_once()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var link = Link.To(people.Relay.Url);
        people.Alice.Environment["TERMCHAT_RELAY"] = link.Url.ToString();
        await using var bob = await Listener.StartAsync(people.Bob);
        await using var alice = people.StartSending("--wait");
        await alice.WriteLineAsync("1");
        await Eventually.Is("the first is delivered", () => people.Alice.Written().Count == 1 && people.Alice.Outstanding().Count == 0);

        link.StallToClient();
        await alice.WriteLineAsync("2");
        await bob.HearsAsync("2");
        link.Cut();
        Assert.Equal(["2"], people.Alice.Outstanding());
        link.Resume();
        link.Restore();
        alice.CloseInput();

        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
        Assert.Empty(people.Alice.Outstanding());
        Assert.Equal(["1", "2"], bob.Heard());
        Assert.Equal(2, bob.Count);
    }

    [Fact]
    public async Task Variations_3_registration_is_authenticated_where_a_PeerId_is_a_key()
    {
        await using var host = await RelayHost.StartAsync(options => options.AllowNamedPeers = false);
        var key = TestPeers.Key("alice");
        await using var owner = new RelayTransport(new RelayTransportOptions { Url = host.Url, Key = key });
        await using var copy = Relay(host, key.PeerId);
        await using var name = Relay(host, Alice);
        await owner.ConnectAsync(Bob, Token);

        var unproven = await Assert.ThrowsAsync<TransportException>(async () => await copy.ConnectAsync(Bob, Token));
        var unprovable = await Assert.ThrowsAsync<TransportException>(async () => await name.ConnectAsync(Bob, Token));

        Assert.Equal((TransportError.Io, ErrorCode.ProofRefused), (unproven.Error, unproven.Code));
        Assert.Equal((TransportError.Io, ErrorCode.NamedPeersNotAllowed), (unprovable.Error, unprovable.Code));
        Assert.True(owner.IsConnected(Bob));
    }

    // A line of comment, the key, its PeerId.
    private static PeerKey ReadKey(PersonProcess person) => PeerKey.Import(Convert.FromHexString(File.ReadAllLines(person.KeyPath)[1]));
}
