using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Relay.Hub.Admission;

/// <summary>Network addresses as operators write them, and as limits count them.</summary>
public static class AddressRange
{
    /// <summary>Reads an address, or a range of them in CIDR notation: <c>203.0.113.7</c>, <c>203.0.113.0/24</c>, <c>2001:db8::/32</c>.</summary>
    /// <remarks>What stands behind the prefix of a range is ignored: <c>203.0.113.7/24</c> is <c>203.0.113.0/24</c>.</remarks>
    public static bool TryParse(string? text, out IPNetwork range)
    {
        range = default;
        var parts = text?.Split('/') ?? [];
        if (parts.Length is not (1 or 2) || !IPAddress.TryParse(parts[0], out var address))
            return false;

        // .NET reads "10.1" as 10.0.0.1, as C libraries did once. Nobody who writes a list means that.
        if (address.AddressFamily == AddressFamily.InterNetwork && parts[0].Count(character => character == '.') != 3)
            return false;

        address = Plain(address);
        var bits = BitsOf(address);
        if (parts.Length == 2 && (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > BitsOf(address)))
            return false;

        range = Around(address, bits);
        return true;
    }

    /// <summary>The range of this size an address is in.</summary>
    internal static IPNetwork Around(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(bits - (8 * i), 0, 8));
        return new IPNetwork(new IPAddress(bytes), bits);
    }

    /// <summary>An IPv4 address that came by an IPv6 socket is an IPv4 address; and of a link-local one the interface does not count.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes())
        : address;

    /// <summary>What counts as one address in a limit: an IPv4 address, or 64 bits of an IPv6 address, of which every customer has at least that range.</summary>
    /// <returns>
    /// Null for what no limit for each address applies to: this machine itself, where proxies are too whose clients cannot be
    /// told apart without <c>Relay:TrustedProxies</c>, and connections without an address.
    /// </returns>
    public static IPNetwork? Counted(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address = Plain(address)))
            return null;

        return Around(address, Math.Min(BitsOf(address), 64));
    }

    private static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
}
