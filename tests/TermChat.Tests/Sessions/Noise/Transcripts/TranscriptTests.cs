using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TermChat.Sessions;
using TermChat.Sessions.Noise;

namespace TermChat.Tests.Sessions.Noise.Transcripts;

/// <summary>Held against an implementation that shares nothing with this one.</summary>
public sealed class TranscriptTests
{
    private static readonly TranscriptFile File = TranscriptFile.Read();

    [Fact]
    public void Both_sides_say_what_another_implementation_says()
    {
        Assert.Equal(HandshakeState.ProtocolName, File.Protocol);
        Assert.NotEmpty(File.Transcripts);
        Assert.All(File.Transcripts, recorded =>
        {
            using var dialogue = new NoiseDialogue(
                recorded.Initiator, recorded.Responder, recorded.InitiatorEphemeral, recorded.ResponderEphemeral, recorded.Prologue);

            Assert.Equal(recorded.ResponderPublicKey, dialogue.ResponderPublicKey);
            dialogue.AssertHandshake(recorded.First.Payload, recorded.First.Message, recorded.Second.Payload, recorded.Second.Message);
            Assert.Equal(recorded.HandshakeHash, dialogue.HandshakeHash);
            var (initiator, responder) = dialogue.Split();
            foreach (var message in recorded.Messages)
                (message.From == "initiator" ? initiator : responder).AssertMessage(message.Nonce, message.Ad, message.Payload, message.Ciphertext);
        });
    }

    [Fact]
    public void The_table_opens_an_Initiation_that_another_implementation_made()
    {
        var recorded = Assert.Single(File.Packets);
        using var initiator = PeerKey.Import(Bytes(recorded.Initiator));
        using var responder = PeerKey.Import(Bytes(recorded.Responder));
        using var table = new SessionTable(responder, new FakeTimeProvider());

        var opened = table.Open(initiator.PeerId, Bytes(recorded.Initiation.Packet));

        Assert.Equal(OpenOutcome.Opened, opened.Outcome);
        Assert.Equal(recorded.Initiation.Text, Convert.ToHexStringLower(opened.Plaintext.Span));
        Assert.Equal(HandshakeOf(recorded), opened.Session);
        Assert.True(table.HasToAnswer(initiator.PeerId));
    }

    [Fact]
    public void Every_packet_is_the_one_another_implementation_makes()
    {
        var recorded = Assert.Single(File.Packets);
        var id = HandshakeOf(recorded);
        using var dialogue = new NoiseDialogue(
            recorded.Initiator, recorded.Responder, recorded.InitiatorEphemeral, recorded.ResponderEphemeral, Convert.ToHexString(Packet.Prologue(id)));

        var created = recorded.Created.ToString("x16", CultureInfo.InvariantCulture);
        dialogue.AssertHandshake(
            created + recorded.Initiation.Text, recorded.Initiation.Packet[(2 * Packet.HeaderLength)..],
            recorded.Response.Text, recorded.Response.Packet[(2 * Packet.HeaderLength)..]);

        foreach (var side in recorded.Data.GroupBy(data => data.From))
        {
            using var session = dialogue.SessionOf(side.Key == "initiator", id);
            Assert.All(side, data => Assert.Equal(data.Packet, Convert.ToHexStringLower(session.Seal(Bytes(data.Text)))));
        }
    }

    private static SessionId HandshakeOf(PacketTranscript recorded) => new(Convert.ToUInt64(recorded.Handshake, 16));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);
}
