using Microsoft.AspNetCore.Mvc;
using Relay.Hub;

namespace Relay.Server.Admin;

/// <summary>What an operator can do over HTTP: disconnect, ban, and stop the relay. Only there where an admin key is configured, and only for who shows it.</summary>
/// <remarks>The PeerId is in the body and never in the address, which proxies log and traces show.</remarks>
internal static partial class AdminEndpoints
{
    /// <summary>In bytes.</summary>
    public const int LongestRequest = 4096;

    private const string Prefix = "/admin";

    public static void AddRelayAdmin(this IServiceCollection services)
    {
        services.AddSingleton<AdminKey>();

        // In Development too, where the framework would throw: a request that cannot be read is answered, and is no fault of the relay's.
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = false);
    }

    public static void MapRelayAdmin(this WebApplication app)
    {
        var key = app.Services.GetRequiredService<AdminKey>();
        if (!key.IsConfigured)
            return;

        // Before anything of the request is read but its headers.
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Prefix),
            branch => branch
                .Use((context, next) => key.GuardAsync(context, next, "Admin actions are for who has the admin key."))
                .UseStatusCodePages(AdminMistake.ExplainAsync));

        var admin = app.MapGroup(Prefix).WithMetadata(new RequestSizeLimitAttribute(LongestRequest));
        admin.MapGet("/bans", (RelayAdministration relay) => Results.Json(Bans(relay, null)));
        Map(admin, app.Logger, "disconnect", Disconnect);
        Map(admin, app.Logger, "ban", Ban);
        Map(admin, app.Logger, "unban", Unban);

        var drain = new AdminDrain(app.Lifetime);
        admin.MapPost("/drain", (HttpResponse response, RelayAdministration relay) =>
        {
            var message = drain.TryBegin(response)
                ? "The relay drains, for Relay:DrainTimeout at the most, and then stops."
                : "The relay drains already, and then stops.";
            AskedToDrain(app.Logger, message);
            return Results.Json(Bans(relay, message), statusCode: StatusCodes.Status202Accepted);
        });
    }

    private static void Map(RouteGroupBuilder admin, ILogger logger, string action, Func<RelayAdministration, AdminTarget, string> act) =>
        admin.MapPost("/" + action, (AdminRequest request, RelayAdministration relay) =>
        {
            if (!AdminTarget.TryRead(request.Peer, relay, out var target, out var why))
                return Results.Text(why + "\n", "text/plain", statusCode: StatusCodes.Status400BadRequest);

            var message = act(relay, target);
            Acted(logger, action, target, message);
            return Results.Json(Bans(relay, message));
        });

    private static string Disconnect(RelayAdministration relay, AdminTarget target) => target switch
    {
        { Addresses: not null } => "Addresses can be banned, which disconnects whoever comes from them; disconnecting takes a PeerId.",
        { Peer: { } peer } when relay.Disconnect(peer) => "It is disconnected. It may come back: ban it to keep it out.",
        _ => "It is not connected.",
    };

    private static string Ban(RelayAdministration relay, AdminTarget target)
    {
        var isNew = target.Addresses is { } addresses ? relay.Ban(addresses) : relay.Ban(target.Peer!.Value);
        return isNew
            ? "Banned until the relay restarts, and disconnected. To keep it out for longer, put it into Relay:AccessFile."
            : "It was banned before.";
    }

    private static string Unban(RelayAdministration relay, AdminTarget target)
    {
        var wasBanned = target.Addresses is { } addresses ? relay.Unban(addresses) : relay.Unban(target.Peer!.Value);
        return wasBanned ? "The ban is lifted." : "It was not banned here. A ban in Relay:BannedPeers, Relay:BannedAddresses or Relay:AccessFile is lifted there.";
    }

    private static AdminAnswer Bans(RelayAdministration relay, string? message)
    {
        string[] banned = [.. relay.BannedPeers.Select(peer => peer.Value).Order(), .. relay.BannedAddresses.Select(range => range.ToString()).Order()];
        return new AdminAnswer(message ?? $"{banned.Length} banned since the relay started; the lists of the configuration come on top.", banned);
    }

    [LoggerMessage(4011, LogLevel.Information, "The operator asked to {Action} {Target}: {Answer}")]
    private static partial void Acted(ILogger logger, string action, AdminTarget target, string answer);

    [LoggerMessage(4012, LogLevel.Information, "The operator asked to drain the relay: {Answer}")]
    private static partial void AskedToDrain(ILogger logger, string answer);

    /// <param name="Peer">A PeerId, the tag of a connected peer, or addresses.</param>
    private sealed record AdminRequest(string? Peer);

    /// <param name="Message">For people.</param>
    /// <param name="Banned">Everybody banned since the relay started.</param>
    private sealed record AdminAnswer(string Message, IReadOnlyList<string> Banned);
}
