using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Relay.Hub.Protocol;

/// <summary>Finds a client's protocol as SignalR's own resolver does, and makes each an <see cref="AnsweringProtocol"/>.</summary>
internal sealed class AnsweringProtocolResolver : IHubProtocolResolver
{
    private readonly Dictionary<string, IHubProtocol> _byName = new(StringComparer.OrdinalIgnoreCase);

    public AnsweringProtocolResolver(IEnumerable<IHubProtocol> protocols, RelayOptions options)
    {
        // Of two with one name the later counts: an application can put its own in the place of SignalR's.
        foreach (var protocol in protocols)
            _byName[protocol.Name] = new AnsweringProtocol(protocol, options);
        AllProtocols = [.. _byName.Values];
    }

    public IReadOnlyList<IHubProtocol> AllProtocols { get; }

    public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols) =>
        supportedProtocols?.Contains(protocolName, StringComparer.OrdinalIgnoreCase) != false ? _byName.GetValueOrDefault(protocolName) : null;
}
