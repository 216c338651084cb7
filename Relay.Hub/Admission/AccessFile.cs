using System.Net;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>The lists of <see cref="RelayOptions.AccessFile"/>: a line for each entry, <c>ban PEERID</c>, <c>ban ADDRESS</c> or <c>allow PEERID</c>.</summary>
/// <remarks>Empty lines, and what follows a <c>#</c>, are for people.</remarks>
internal sealed record AccessFile(IReadOnlyList<PeerId> BannedPeers, IReadOnlyList<IPNetwork> BannedAddresses, IReadOnlyList<PeerId> AllowedPeers)
{
    public static AccessFile Empty { get; } = new([], [], []);

    /// <exception cref="FormatException">A line says something else. The message names the line, and does not repeat it.</exception>
    public static AccessFile Parse(string text)
    {
        List<PeerId> banned = [], allowed = [];
        List<IPNetwork> addresses = [];
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var words = line.ToString().Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;

            PeerId peer = default;
            var isPeer = words.Length == 2 && PeerId.TryParse(words[1], out peer);
            switch (words[0])
            {
                // Before names, which can look like an address of version 4: nobody bans the name "203.0.113.7".
                case "ban" when words.Length == 2 && AddressRange.TryParse(words[1], out var range):
                    addresses.Add(range);
                    break;
                case "ban" when isPeer:
                    banned.Add(peer);
                    break;
                case "allow" when isPeer:
                    allowed.Add(peer);
                    break;
                default:
                    throw new FormatException(
                        $"line {number} is none of: ban PEERID, ban ADDRESS, ban ADDRESS/PREFIX, allow PEERID. Or its PeerId or address is mistyped.");
            }
        }

        return new AccessFile(banned, addresses, allowed);
    }
}
