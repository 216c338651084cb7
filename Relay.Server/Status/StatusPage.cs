namespace Relay.Server.Status;

/// <summary>A page for the operator and the curious at <c>/</c>. What it shows is for everybody; what it can do takes the admin key.</summary>
internal static class StatusPage
{
    public static void AddStatusPage(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (!options.StatusPage)
            return;

        builder.Services.AddSingleton<StatusHistory>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StatusHistory>());
    }

    public static void MapStatusPage(this WebApplication app)
    {
        if (app.Services.GetService<StatusHistory>() is not { } history)
            return;

        PageFiles.Map(app);
        app.MapGet("/status.json", (HttpContext context, long after = 0) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return Results.Bytes(history.Read(after), "application/json; charset=utf-8");
        });
    }
}
