using System.Net;
using Relay.Hub.Admission;

namespace Relay.Hub.Tests.Admission;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("203.0.113.0/24", "203.0.113.0/24")]
    [InlineData("203.0.113.77/24", "203.0.113.0/24")]
    [InlineData("203.0.113.77/25", "203.0.113.0/25")]
    [InlineData("203.0.113.199/26", "203.0.113.192/26")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:db8::1", "2001:db8::1/128")]
    [InlineData("2001:db8:ffff::1/33", "2001:db8:8000::/33")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7/32")]
    public void Addresses_and_ranges_are_read_as_people_write_them(string text, string range)
    {
        Assert.True(AddressRange.TryParse(text, out var read));
        Assert.Equal(range, read.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relay.example.com")]
    [InlineData("203.0.113")]
    [InlineData("10")]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/-1")]
    [InlineData("203.0.113.0/")]
    [InlineData("203.0.113.0/24/8")]
    [InlineData("2001:db8::/129")]
    public void Everything_else_is_no_range(string? text) => Assert.False(AddressRange.TryParse(text, out _));

    [Theory]
    [InlineData("203.0.113.7", true)]
    [InlineData("::ffff:203.0.113.7", true)]
    [InlineData("198.51.100.7", true)]
    [InlineData("198.51.100.8", false)]
    [InlineData("2001:db8:1:2:3::4", true)]
    [InlineData("2001:db9::1", false)]
    public void An_address_is_in_a_set_if_one_of_its_ranges_has_it(string address, bool isIn)
    {
        var set = new AddressSet([.. new[] { "203.0.113.0/24", "198.51.100.7", "2001:db8::/32" }.Select(Read)]);

        Assert.Equal(isIn, set.Contains(IPAddress.Parse(address)));
        Assert.False(set.Contains(null));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7/32")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.1.2.3", null)]
    [InlineData("::1", null)]
    [InlineData("::ffff:127.0.0.1", null)]
    public void Limits_count_a_customer_of_a_network_and_leave_this_machine_alone(string address, string? counted) =>
        Assert.Equal(counted, AddressRange.Counted(IPAddress.Parse(address))?.ToString());

    private static IPNetwork Read(string text) => AddressRange.TryParse(text, out var range) ? range : throw new FormatException(text);
}
