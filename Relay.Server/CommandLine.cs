using Relay.Hub;
using Relay.Server.Telemetry;

namespace Relay.Server;

/// <summary>What the command line asks for besides settings, and names on it that are no settings: the host passes over those without a word.</summary>
internal static class CommandLine
{
    private const string Help = """
        Relay.Server: a TermChat relay. It keeps messages in memory, in mailboxes, until their recipients have them.

          Relay.Server [--NAME VALUE | --NAME=VALUE]...

          --urls URL[;URL]...        where to listen, such as http://0.0.0.0:9000 [default: http://localhost:9000]
          --Relay:NAME VALUE         a setting of the relay, such as --Relay:MailboxMessages 5000
          --Relay:NAME:0 VALUE       the first entry of a list, such as --Relay:Origins:0 https://relay.example.com
          --Server:NAME VALUE        a setting of the program around it, such as --Server:CertificatePath relay.pem
          --Logging:... --Kestrel:... --environment NAME, and what else ASP.NET Core knows
          --help, --version

        Settings also come from appsettings.json beside the program, and from the environment (Relay__MailboxMessages=5000).
        docs/operating.md describes all of them. Exit codes: 0 stopped as asked, 1 not started.
        """;

    private static readonly string[] Sections = [RelayOptions.Section, ServerOptions.Section, "Kestrel", "Logging", "Metrics"];

    // The host's own, of ASP.NET Core and of .NET.
    private static readonly string[] HostNames =
    [
        "urls", "http_ports", "https_ports", "https_port", "environment", "contentRoot", "applicationName", "webroot", "AllowedHosts", "preferHostingUrls",
        "captureStartupErrors", "detailedErrors", "suppressStatusMessages", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup",
        "startupAssembly", "staticWebAssets", "forwardedHeaders_enabled", "servicesStartConcurrently", "servicesStopConcurrently",
        "reloadConfigOnChange", "hostBuilder:reloadConfigOnChange",
    ];

    /// <returns>The exit code, where there is nothing to start. Null to go on.</returns>
    public static int? Answer(IReadOnlyList<string> arguments, TextWriter output, TextWriter errors)
    {
        if (arguments.Any(one => one is "--help" or "-h" or "-?"))
        {
            output.WriteLine(Help);
            return 0;
        }

        if (arguments.Contains("--version"))
        {
            output.WriteLine($"Relay.Server {RelayTelemetry.Version}");
            return 0;
        }

        if (Unknown(arguments).FirstOrDefault() is not { } unknown)
            return null;

        errors.WriteLine(
            $"The relay did not start: there is no setting {unknown}. 'Relay.Server --help' says what a command line looks like, docs/operating.md which settings there are." +
            (IsAbout(unknown, "port") || IsAbout(unknown, "url") ? " The address is --urls http://0.0.0.0:9000." : ""));
        return 1;
    }

    /// <summary>Goes through them as the host does: a name with its value behind '=', or in the next argument.</summary>
    private static IEnumerable<string> Unknown(IReadOnlyList<string> arguments)
    {
        for (var at = 0; at < arguments.Count; at++)
        {
            var argument = arguments[at];
            var (shown, hasValue) = argument.Split('=', 2) is [var before, _] ? (before, true) : (argument, false);
            var name = shown.StartsWith("--", StringComparison.Ordinal) ? shown[2..] : shown.StartsWith('/') ? shown[1..] : hasValue ? shown : null;
            if (name is null || !IsKnown(name))
                yield return shown;
            if (!hasValue)
                at++;
        }
    }

    // What is in the sections of the relay is looked at more closely when they are read.
    private static bool IsKnown(string name) =>
        HostNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || Sections.Contains(name.Split(':')[0], StringComparer.OrdinalIgnoreCase);

    private static bool IsAbout(string name, string what) => name.Contains(what, StringComparison.OrdinalIgnoreCase);
}
