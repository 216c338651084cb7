using Microsoft.AspNetCore.Diagnostics;

namespace Relay.Server.Admin;

/// <summary>Says what is wrong with a request that the framework has turned away with a bare status.</summary>
internal static class AdminMistake
{
    public static Task ExplainAsync(StatusCodeContext mistake)
    {
        var (request, response) = (mistake.HttpContext.Request, mistake.HttpContext.Response);
        response.ContentType = "text/plain";
        return response.WriteAsync(Explain(request, response) + " docs/operating.md describes the admin actions.\n");
    }

    private static string Explain(HttpRequest request, HttpResponse response) => response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => $"The body is not the JSON that is wanted here. {AdminTarget.Known}",
        StatusCodes.Status404NotFound => "There is no such admin action. There are: GET bans, and POST disconnect, ban, unban and drain.",
        StatusCodes.Status405MethodNotAllowed => $"This takes {response.Headers.Allow}, and not {request.Method}.",
        StatusCodes.Status413PayloadTooLarge => $"The body is too long: at most {AdminEndpoints.LongestRequest} bytes. {AdminTarget.Known}",
        StatusCodes.Status415UnsupportedMediaType => $"Say that the body is JSON, by the header 'Content-Type: application/json', as curl --json does. {AdminTarget.Known}",
        _ => $"It did not work (status {response.StatusCode}).",
    };
}
