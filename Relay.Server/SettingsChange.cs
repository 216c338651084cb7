using Microsoft.Extensions.Primitives;
using Relay.Hub;

namespace Relay.Server;

/// <summary>Says which settings have changed while the relay runs and are only read at its start: otherwise their change seems to be in use.</summary>
/// <remarks>Names alone: values can be secret.</remarks>
internal sealed partial class SettingsChange
{
    // What the hub reads from its live options, and the lists of who may come.
    private static readonly string[] Live =
    [
        .. new[]
        {
            nameof(RelayOptions.Origins), nameof(RelayOptions.AllowNamedPeers), nameof(RelayOptions.AllowedWebOrigins),
            nameof(RelayOptions.BannedPeers), nameof(RelayOptions.BannedAddresses), nameof(RelayOptions.AllowedPeers),
        }.Select(name => $"{RelayOptions.Section}:{name}"),
    ];

    // Kestrel takes a change of its endpoints by itself.
    private static readonly string[] Sections = [RelayOptions.Section, ServerOptions.Section];
    private static readonly string[] Addresses = ["urls", "http_ports", "https_ports"];

    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private readonly Dictionary<string, string?> _started;
    private string _told = "";

    private SettingsChange(IConfiguration configuration, ILogger logger)
    {
        (_configuration, _logger) = (configuration, logger);
        _started = Read();
    }

    public static void Watch(WebApplication app)
    {
        var change = new SettingsChange(app.Configuration, app.Logger);
        ChangeToken.OnChange(((IConfiguration)app.Configuration).GetReloadToken, change.Look);
    }

    private Dictionary<string, string?> Read() => Sections.SelectMany(section => _configuration.GetSection(section).AsEnumerable())
        .Concat(Addresses.Select(name => KeyValuePair.Create(name, _configuration[name])))
        .Where(setting => setting.Value is not null && !Live.Any(live => IsIn(live, setting.Key)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static bool IsIn(string setting, string key) =>
        key.StartsWith(setting, StringComparison.OrdinalIgnoreCase) && (key.Length == setting.Length || key[setting.Length] == ':');

    /// <remarks>One change of a file is often noticed twice.</remarks>
    private void Look()
    {
        var now = Read();
        var changed = string.Join(", ", _started.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase)
            .Where(name => _started.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal));
        if (changed.Length > 0 && changed != _told)
            NeedsRestart(_logger, changed);
        _told = changed;
    }

    [LoggerMessage(4003, LogLevel.Warning, "{Settings} changed, but is read at the start only: restart the relay, or put it back. docs/operating.md says which settings follow a change")]
    private static partial void NeedsRestart(ILogger logger, string settings);
}
