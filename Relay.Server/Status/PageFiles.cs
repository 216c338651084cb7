using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Relay.Server.Status;

/// <summary>The page's files, part of the program: nothing to install, nothing from elsewhere, no build step.</summary>
internal static class PageFiles
{
    // Nothing but its own files, and nobody may put it into a frame.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        Map(endpoints, "/", "index.html", "text/html; charset=utf-8");
        Map(endpoints, "/status.css", "status.css", "text/css; charset=utf-8");
        Map(endpoints, "/status.js", "status.js", "text/javascript; charset=utf-8");
        Map(endpoints, "/charts.js", "charts.js", "text/javascript; charset=utf-8");
        Map(endpoints, "/operator.js", "operator.js", "text/javascript; charset=utf-8");
        Map(endpoints, "/icon.svg", "icon.svg", "image/svg+xml");
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, string file, string type)
    {
        var content = Read(file);

        // Asked for each time and sent only when it has changed: another version of the relay brings another page.
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content), 0, 8)}\"");
        endpoints.MapGet(path, (HttpContext context) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-cache";
            return Results.Bytes(content, type, entityTag: tag);
        });
    }

    private static byte[] Read(string file)
    {
        using var resource = typeof(PageFiles).Assembly.GetManifestResourceStream($"Status.Pages.{file}")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }
}
