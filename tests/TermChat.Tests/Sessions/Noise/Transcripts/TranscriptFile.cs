using System.Text.Json;
using TestKit;

namespace TermChat.Tests.Sessions.Noise.Transcripts;

/// <summary>What transcripts.mjs wrote.</summary>
internal sealed record TranscriptFile(string Protocol, Transcript[] Transcripts, PacketTranscript[] Packets)
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static TranscriptFile Read() => JsonSerializer.Deserialize<TranscriptFile>(
        Repository.Read("tests", "TermChat.Tests", "Sessions", "Noise", "Transcripts", "transcripts.json"), Web)!;
}

internal sealed record Transcript(
    string Name,
    string Prologue,
    string Initiator,
    string Responder,
    string InitiatorEphemeral,
    string ResponderEphemeral,
    string ResponderPublicKey,
    TranscriptHandshakeMessage First,
    TranscriptHandshakeMessage Second,
    string HandshakeHash,
    TranscriptMessage[] Messages)
{
    public override string ToString() => Name;
}

internal sealed record TranscriptHandshakeMessage(string Payload, string Message);

internal sealed record TranscriptMessage(string From, ulong Nonce, string Ad, string Payload, string Ciphertext);

internal sealed record PacketTranscript(
    string Name,
    string Handshake,
    long Created,
    string Initiator,
    string Responder,
    string InitiatorEphemeral,
    string ResponderEphemeral,
    RecordedPacket Initiation,
    RecordedPacket Response,
    RecordedPacket[] Data);

internal sealed record RecordedPacket(string Text, string Packet, string From = "", ulong Counter = 0);
