using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Relay.Server;

/// <summary>Turns the ways a start can fail for its operator's own reasons into a sentence that helps.</summary>
internal static class StartFailure
{
    /// <returns>Null for anything else: that is a fault of the program and deserves its stack trace.</returns>
    public static string? TryExplain(Exception failure) => failure switch
    {
        OptionsValidationException bad =>
            "The relay did not start, because its configuration is not valid:" + Environment.NewLine +
            string.Join(Environment.NewLine, bad.Failures.Select(one => "  " + one)),
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } bad =>
            $"The relay did not start, because its configuration is not valid:{Environment.NewLine}  {SettingFault.Explain(bad)}",
        InvalidDataException { InnerException: { } why } file =>
            $"The relay did not start: {file.Message} {SettingFault.Innermost(why)}",
        IOException { InnerException: AddressInUseException } inUse =>
            $"The relay did not start: {inUse.Message} Another program, perhaps another relay, listens there. Stop it, or choose another address with --urls.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } denied =>
            $"The relay did not start: the system does not let it listen there ({denied.Message}). Ports below 1024 are for privileged programs. Choose another port with " +
            "--urls, put a proxy in front, or give the relay CAP_NET_BIND_SERVICE (AmbientCapabilities= in its systemd unit): docs/operating.md says how.",
        SocketException refused =>
            $"The relay did not start: it could not listen ({refused.Message}). Choose another address with --urls.",
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } https when https.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) =>
            "The relay did not start: an https address needs a certificate, and Server:CertificatePath is empty. docs/operating.md says more about TLS.",
        FormatException { Source: "Microsoft.AspNetCore.Http" } or ArgumentException { ParamName: "port" } or
        InvalidOperationException { Source: "Microsoft.AspNetCore.Server.Kestrel.Core" } =>
            $"The relay did not start: it could not listen ({failure.Message}). Write the address such as --urls http://localhost:9000.",
        _ => null,
    };
}
