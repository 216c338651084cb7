namespace Relay.Contracts.Tests;

public sealed class PeerIdTests
{
    private const string Text = "alice";

    [Theory]
    [InlineData("a")]
    [InlineData("7")]
    [InlineData("alice")]
    [InlineData("alice.b_c-d")]
    [InlineData("tc")]
    [InlineData("tc2alice")]
    [InlineData("abcdefghijklmnopqrstuvwxyz012345")]
    public void A_name_parses_and_stays_what_it_is(string text)
    {
        Assert.True(PeerId.TryParse(text, out var peer));
        Assert.Equal(text, peer.Value);
        Assert.Equal(peer, PeerId.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" alice")]
    [InlineData("alice ")]
    [InlineData("alice\n")]
    [InlineData("al ice")]
    [InlineData("Alice")]
    [InlineData(".alice")]
    [InlineData("_alice")]
    [InlineData("-alice")]
    [InlineData("al/ice")]
    [InlineData("al\0ice")]
    [InlineData("älice")]
    [InlineData("аlice")] // The first letter is Cyrillic: it looks like alice, and must not pass for her.
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public void What_is_no_name_does_not_parse(string? text)
    {
        Assert.False(PeerId.TryParse(text, out var peer));
        Assert.Equal(default, peer);
        Assert.Throws<FormatException>(() => PeerId.Parse(text!));
    }

    [Theory]
    [InlineData("tc1")]
    [InlineData("tc1alice")]
    public void Names_that_look_like_keys_are_kept_for_keys(string text)
    {
        Assert.False(PeerId.TryParse(text, out _));
        Assert.Contains("61 characters", Assert.Throws<FormatException>(() => PeerId.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Printing_a_PeerId_never_reveals_it()
    {
        var peer = PeerId.Parse(Text);

        Assert.DoesNotContain(Text, peer.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Text, $"{peer}", StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Text, $"{new { peer }}", StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Text, string.Concat("peer ", peer), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Text, $"{(peer, 1)}", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_does_not_parse_is_not_repeated_by_the_exception()
    {
        var wrong = Assert.Throws<FormatException>(() => PeerId.Parse("Alice"));

        Assert.DoesNotContain("alice", wrong.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_same_peer_has_the_same_tag_and_others_another()
    {
        Assert.Equal(PeerId.Parse("alice").ToString(), PeerId.Parse("alice").ToString());
        Assert.NotEqual(PeerId.Parse("alice").ToString(), PeerId.Parse("bob").ToString());
        Assert.StartsWith("peer#", PeerId.Parse("alice").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void PeerIds_are_equal_by_their_text()
    {
        Assert.Equal(PeerId.Parse("alice"), PeerId.Parse(new string("alice".AsSpan())));
        Assert.Equal(PeerId.Parse("alice").GetHashCode(), PeerId.Parse("alice").GetHashCode());
        Assert.NotEqual(PeerId.Parse("alice"), PeerId.Parse("alicf"));
        Assert.NotEqual(PeerId.Parse("alice"), default);
    }

    [Fact]
    public void No_PeerId_is_empty_and_prints_as_none()
    {
        Assert.Equal("", default(PeerId).Value);
        Assert.Equal("peer#none", default(PeerId).ToString());
    }
}
