using Microsoft.Extensions.Options;

namespace Relay.Server;

internal static class ServerOptionsExtensions
{
    /// <summary>Adds the options, checked at the start like the hub's own.</summary>
    /// <returns>As they are configured, for what has to be known before there are services. Not checked yet.</returns>
    public static ServerOptions AddServerOptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ServerOptions>()
            .BindConfiguration(ServerOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidator>();
        return builder.Configuration.GetSection(ServerOptions.Section).Get<ServerOptions>() ?? new ServerOptions();
    }
}
