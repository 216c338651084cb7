using System.Net;
using System.Net.Sockets;

namespace TermChat.Commands.Doctor;

/// <summary>Does the name stand for an address?</summary>
internal static class DnsStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        var host = relay.FirstHop.IdnHost;
        if (IPAddress.TryParse(host, out var literal))
        {
            relay.Addresses = [literal];
            return Finding.Ok($"{host} is an address already");
        }

        try
        {
            relay.Addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException unknown)
        {
            return Finding.Fail($"{host} has no address: {unknown.Message}. Check the name, and that this machine is online.");
        }

        return relay.Addresses.Length > 0
            ? Finding.Ok($"{host} is {string.Join(", ", relay.Addresses.Take(4).Select(address => address.ToString()))}")
            : Finding.Fail($"{host} has no address. Check the name.");
    }
}
