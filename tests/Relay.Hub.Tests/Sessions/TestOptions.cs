using Microsoft.Extensions.Options;

namespace Relay.Hub.Tests.Sessions;

/// <summary>Options that stay as they are.</summary>
internal sealed class TestOptions(RelayOptions options) : IOptionsMonitor<RelayOptions>
{
    public RelayOptions CurrentValue => options;

    public RelayOptions Get(string? name) => options;

    public IDisposable? OnChange(Action<RelayOptions, string?> listener) => null;
}
