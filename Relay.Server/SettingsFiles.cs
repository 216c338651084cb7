using Microsoft.Extensions.Configuration.Json;

namespace Relay.Server;

/// <summary>Says so when a file of settings is changed into something that cannot be read, which the framework keeps to itself.</summary>
internal static partial class SettingsFiles
{
    public static void Watch(WebApplication app)
    {
        foreach (var file in ((IConfigurationBuilder)app.Configuration).Sources.OfType<JsonConfigurationSource>())
        {
            // Not ignored: then it would go on with an empty file, and without the lists that were in it.
            file.OnLoadException = fault => NotRead(app.Logger, fault.Provider.Source.Path ?? "", SettingFault.Innermost(fault.Exception));
        }
    }

    [LoggerMessage(4002, LogLevel.Error, "{File} has changed and cannot be read; what was in use before stays in use: {Why}")]
    private static partial void NotRead(ILogger logger, string file, string why);
}
