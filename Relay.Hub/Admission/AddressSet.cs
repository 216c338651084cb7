using System.Net;
using System.Net.Sockets;

namespace Relay.Hub.Admission;

/// <summary>Ranges of addresses, asked for single ones. Not changed once made. Costs one look-up for each size of range that is in it.</summary>
internal sealed class AddressSet(IEnumerable<IPNetwork> ranges)
{
    private readonly HashSet<IPNetwork> _ranges = [.. ranges];
    private readonly (AddressFamily Family, int Bits)[] _sizes = [.. ranges.Select(range => (range.BaseAddress.AddressFamily, range.PrefixLength)).Distinct()];

    public bool Contains(IPAddress? address)
    {
        if (address is null || _sizes.Length == 0)
            return false;

        address = AddressRange.Plain(address);
        foreach (var (family, bits) in _sizes)
        {
            if (family == address.AddressFamily && _ranges.Contains(AddressRange.Around(address, bits)))
                return true;
        }

        return false;
    }
}
