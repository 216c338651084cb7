namespace Relay.Contracts.Tests;

/// <summary>Client and relay write an origin in the same way, whatever way people wrote it.</summary>
public sealed class AudienceTests
{
    [Theory]
    [InlineData("http://localhost:9000", "http://localhost:9000")]
    [InlineData("ws://localhost:9000/relay", "http://localhost:9000")]
    [InlineData("wss://Relay.Example.com:443/relay?x=1", "https://relay.example.com")]
    [InlineData("https://relay.example.com", "https://relay.example.com")]
    [InlineData("http://relay.example.com:80/", "http://relay.example.com")]
    [InlineData("http://relay.example.com:443/", "http://relay.example.com:443")]
    [InlineData("https://somebody@relay.example.com/", "https://relay.example.com")]
    [InlineData("http://127.0.0.1:9000", "http://127.0.0.1:9000")]
    [InlineData("http://[0:0::1]:9000", "http://[::1]:9000")]
    [InlineData("https://BÜCHER.example", "https://xn--bcher-kva.example")]
    public void The_origin_of_an_address_has_one_form(string url, string audience) => Assert.Equal(audience, Audience.Of(new Uri(url)));

    [Theory]
    [InlineData("https://relay.example.com")]
    [InlineData("wss://RELAY.example.com:443/")]
    public void An_origin_is_read_as_people_write_it(string text)
    {
        Assert.True(Audience.TryRead(text, out var audience));
        Assert.Equal("https://relay.example.com", audience);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relay.example.com")]
    [InlineData("relay.example.com:9000")]
    [InlineData("ftp://relay.example.com")]
    [InlineData("https://")]
    [InlineData("https:///relay")]
    [InlineData("https://relay.example.com/relay")]
    [InlineData("https://relay.example.com?x=1")]
    [InlineData("https://relay.example.com#x")]
    [InlineData("https://somebody@relay.example.com")]
    [InlineData("https://relay.example.com:99999")]
    [InlineData("https://*")]
    [InlineData("http://xn--zzzzzz99999\u00df")]
    [InlineData("file:///etc")]
    public void Nothing_else_is_an_origin(string? text) => Assert.False(Audience.TryRead(text, out _));

    [Fact]
    public void What_is_read_is_in_its_one_form_already()
    {
        Assert.True(Audience.TryRead("ws://[::1]:80", out var once));
        Assert.True(Audience.TryRead(once, out var twice));
        Assert.Equal(("http://[::1]", once), (once, twice));
    }

    [Fact]
    public void An_address_no_relay_can_have_has_none() => Assert.Throws<ArgumentException>(() => Audience.Of(new Uri("ftp://relay.example.com")));
}
