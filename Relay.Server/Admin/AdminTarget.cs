using System.Diagnostics.CodeAnalysis;
using System.Net;
using Relay.Contracts;
using Relay.Hub;
using Relay.Hub.Admission;

namespace Relay.Server.Admin;

/// <summary>Whom an operator means: one peer, or everybody from some addresses. Prints no PeerId.</summary>
internal sealed record AdminTarget(PeerId? Peer, IPNetwork? Addresses)
{
    /// <summary>What a request should have in it.</summary>
    public const string Known =
        "Send {\"peer\": \"...\"} with a PeerId, with the tag of a connected peer as the log has it (peer#3f2a90c1), or with addresses (203.0.113.7, 2001:db8::/32).";

    private const string Tag = "peer#";

    public static bool TryRead(string? text, RelayAdministration relay, [NotNullWhen(true)] out AdminTarget? target, out string why)
    {
        (target, why) = (null, "");
        if (string.IsNullOrWhiteSpace(text))
        {
            why = "Whom do you mean? " + Known;
        }
        else if (text.StartsWith(Tag, StringComparison.Ordinal))
        {
            // What the log shows, which cannot reveal more. It means something only while this process runs.
            if (relay.FindByTag(text) is { } peer)
                target = new AdminTarget(peer, null);
            else
                why = $"No connected peer has the tag {text}. Tags are those of this run of the relay.";
        }
        else if (AddressRange.TryParse(text, out var range))
        {
            // Before names, which can look like an address.
            target = new AdminTarget(null, range);
        }
        else if (PeerId.TryParse(text, out var peer))
        {
            target = new AdminTarget(peer, null);
        }
        else
        {
            why = "That is no PeerId, no tag and no address: is it mistyped? " + Known;
        }

        return target is not null;
    }

    public override string ToString() => Peer?.ToString() ?? Addresses?.ToString() ?? "";
}
