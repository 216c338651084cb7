using System.Net;

namespace Relay.Server.Admin;

/// <summary>Whether a request comes from a program on this machine that speaks for nobody else.</summary>
internal static class LocalRequest
{
    // What proxies add when they pass on the request of somebody who may be anywhere, and what is left of it after the
    // relay itself has read it. A proxy that adds none of these cannot be told from a local program: docs/operating.md says so.
    private static readonly string[] TracesOfProxies =
        ["X-Forwarded-For", "X-Original-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-Proto", "X-Real-IP", "Forwarded", "Via"];

    public static bool Is(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
        && !TracesOfProxies.Any(context.Request.Headers.ContainsKey);
}
