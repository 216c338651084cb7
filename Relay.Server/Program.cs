using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Relay.Hub;
using Relay.Server;

try
{
    // Its settings lie beside the program, wherever it is started from.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddRelayHub();
    ListenAddress.SetDefault(builder);

    var app = builder.Build();
    app.MapRelayHub();
    app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
    app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(RelayHubExtensions.ReadyTag) });
    app.Lifetime.ApplicationStarted.Register(() => ReadyLine.Write(app));
    app.Lifetime.ApplicationStarted.Register(() => OriginsCheck.Warn(app));

    await app.RunAsync();
    return 0;
}
catch (Exception failure) when (StartFailure.TryExplain(failure) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}

/// <summary>Named so that tests can host the program.</summary>
public partial class Program;
