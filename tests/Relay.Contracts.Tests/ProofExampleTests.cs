using System.Security.Cryptography;
using System.Text.RegularExpressions;
using TestKit;

namespace Relay.Contracts.Tests;

/// <summary>The example of a proof in <c>docs/protocol.md</c>, made by an implementation in JavaScript, is what this one makes.</summary>
public sealed class ProofExampleTests
{
    private static readonly Dictionary<string, byte[]> Given = Values("given");
    private static readonly Dictionary<string, byte[]> Computed = Values("computed");

    [Fact]
    public void The_proof_is_the_documented_one()
    {
        using var client = PeerKey.Import(Given["client-private-key"]);
        using var relay = PeerKey.Import(Given["relay-private-key"]);
        var challenge = new Challenge { ProtocolVersion = 1, Key = relay.PublicKey, Nonce = Given["relay-nonce"], Epoch = "5f2c" };
        var audience = Audience.Of(new Uri("wss://Relay.Example.com:443/relay"));

        Assert.True(RegistrationProof.TryAnswer(client, challenge, audience, Given["client-nonce"], null, 0, out var request));

        Assert.Equal(Computed["proof"], request.Proof.ToArray());
        Assert.True(RegistrationProof.Holds(relay, challenge, request));
        Assert.Equal("https://relay.example.com", audience);
        Assert.Contains($"`{client.PeerId.Value}`, the audience `{audience}`", Repository.Read("docs", "protocol.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_step_to_the_proof_is_the_documented_one()
    {
        using var client = PeerKey.Import(Given["client-private-key"]);
        using var relay = PeerKey.Import(Given["relay-private-key"]);
        var secret = new byte[PeerKey.Length];
        Assert.True(client.TryAgree(relay.PublicKey, secret));
        var transcript = Convert.FromHexString(string.Concat(Block("transcript").Where(char.IsAsciiHexDigitLower)));

        Assert.Equal(Computed["secret"], secret);
        Assert.Equal(Computed["mac-key"], HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "TermChat relay registration 1"u8.ToArray()));
        Assert.Equal(Computed["proof"], HMACSHA256.HashData(Computed["mac-key"], transcript));
        Assert.Equal(11, Block("transcript").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static Dictionary<string, byte[]> Values(string block) => Block(block)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .ToDictionary(words => words[0], words => Convert.FromHexString(words[1]));

    private static string Block(string name) => Regex.Match(
        Repository.Read("docs", "protocol.md"), $"^```example {name}\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline).Groups["lines"].Value;
}
