using System.Text.Json;
using TermChat.Sessions.Noise;
using TestKit;

namespace TermChat.Tests.Sessions.Noise;

/// <summary>The published test vectors, which stand beside the project on some machines.</summary>
public sealed class VectorTests
{
    private static readonly string VectorFile = Path.GetFullPath(Repository.PathOf("..", "shared", "vectors", "noise.json"));

    [Fact]
    public void Both_sides_say_what_the_published_vectors_say()
    {
        Assert.SkipUnless(File.Exists(VectorFile), "../shared/vectors/noise.json does not stand beside the project.");
        using var file = JsonDocument.Parse(File.ReadAllText(VectorFile));
        var vectors = file.RootElement.GetProperty("vectors").EnumerateArray()
            .Where(vector => vector.GetProperty("protocol_name").GetString() == HandshakeState.ProtocolName).ToArray();

        Assert.NotEmpty(vectors);
        Assert.All(vectors, AssertVector);
    }

    private static void AssertVector(JsonElement vector)
    {
        string Of(string name) => vector.GetProperty(name).GetString()!;
        Assert.Equal(Of("init_prologue"), Of("resp_prologue"));
        using var dialogue = new NoiseDialogue(Of("init_static"), Of("resp_static"), Of("init_ephemeral"), Of("resp_ephemeral"), Of("init_prologue"));
        Assert.Equal(Of("init_remote_static"), dialogue.ResponderPublicKey);

        var messages = vector.GetProperty("messages").EnumerateArray()
            .Select(message => (Payload: message.GetProperty("payload").GetString()!, Ciphertext: message.GetProperty("ciphertext").GetString()!)).ToArray();
        dialogue.AssertHandshake(messages[0].Payload, messages[0].Ciphertext, messages[1].Payload, messages[1].Ciphertext);
        if (vector.TryGetProperty("handshake_hash", out var hash))
            Assert.Equal(hash.GetString(), dialogue.HandshakeHash);

        // The sides take turns, and each counts its own messages.
        var (initiator, responder) = dialogue.Split();
        for (var at = 2; at < messages.Length; at++)
            (at % 2 == 0 ? initiator : responder).AssertMessage((ulong)((at - 2) / 2), "", messages[at].Payload, messages[at].Ciphertext);
    }
}
