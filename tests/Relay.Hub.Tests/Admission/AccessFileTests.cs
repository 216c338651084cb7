using Relay.Hub.Admission;
using TestKit;

namespace Relay.Hub.Tests.Admission;

public sealed class AccessFileTests
{
    [Fact]
    public void A_line_is_an_entry_and_the_rest_is_for_people()
    {
        var mallory = TestPeers.Key("mallory").PeerId;

        var file = AccessFile.Parse($"""
            # those who made trouble
            ban {mallory.Value}   # in March
              ban   203.0.113.0/24
            ban 2001:db8::/32
            ban trudy

            allow alice
            """);

        Assert.Equal([mallory, Contracts.PeerId.Parse("trudy")], file.BannedPeers);
        Assert.Equal(["203.0.113.0/24", "2001:db8::/32"], file.BannedAddresses.Select(range => range.ToString()));
        Assert.Equal([Contracts.PeerId.Parse("alice")], file.AllowedPeers);
    }

    [Theory]
    [InlineData("mallory")]
    [InlineData("ban")]
    [InlineData("ban Mallory!")]
    [InlineData("ban mallory trudy")]
    [InlineData("allow 203.0.113.0/24")]
    [InlineData("BAN mallory")]
    public void A_line_that_says_something_else_is_named_and_not_repeated(string line)
    {
        var fault = Assert.Throws<FormatException>(() => AccessFile.Parse("ban trudy\n" + line + "\n"));

        Assert.Contains("line 2", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("allory", fault.Message, StringComparison.Ordinal);
    }
}
