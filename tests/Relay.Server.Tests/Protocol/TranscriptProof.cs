using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Contracts;

namespace Relay.Server.Tests.Protocol;

/// <summary>What a transcript cannot write down, because the relay's part is new each time: the answer to a challenge.</summary>
internal static class TranscriptProof
{
    private const string Proof = "$proof";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // Of RFC 7748, section 6.1, and of the example in docs/protocol.md.
    private static readonly PeerKey Key = PeerKey.Import(Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));

    /// <summary>The values behind <c>$audience</c>, <c>$own</c> and <c>$proof</c>; none if the call has no proof.</summary>
    public static IEnumerable<(string Name, JsonNode Value)> Answer(JsonNode call, JsonNode challenge, Uri hub)
    {
        if (call["proof"]?.ToString() != Proof)
            return [];

        var nonce = RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength);
        var isMade = RegistrationProof.TryAnswer(
            Key, challenge.Deserialize<Challenge>(Json)!, Audience.Of(hub), nonce,
            call["epoch"]?.GetValue<string>(), call["sequence"]?.GetValue<long>() ?? 0, out var answer);
        Assert.True(isMade);
        return [("$audience", answer!.Audience!), ("$own", Convert.ToBase64String(nonce)), (Proof, Convert.ToBase64String(answer.Proof.Span))];
    }
}
