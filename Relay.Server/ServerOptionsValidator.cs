using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Relay.Server;

/// <summary>Says for each bad value its name, the value where it is no secret, and what it may be.</summary>
internal sealed partial class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    public static readonly TimeSpan MinCheckInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxCheckInterval = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        string[] failures = [.. Failures(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(ServerOptions options)
    {
        if (options.MetricsPath.Length > 0 && !PlainPath().IsMatch(options.MetricsPath))
            yield return $"Server:MetricsPath is {options.MetricsPath}. It must start with '/' and be a plain path, such as '/metrics', or be empty for no metrics.";

        if (options.AdminKey.Length is > 0 and < ServerOptions.MinAdminKeyLength || !Visible().IsMatch(options.AdminKey))
        {
            yield return $"Server:AdminKey has {options.AdminKey.Length} characters, but must have at least {ServerOptions.MinAdminKeyLength}, letters, digits and " +
                "signs without spaces, or be empty for no admin actions. 'openssl rand -base64 24' makes a good one.";
        }

        if (options.CertificateKeyPath.Length > 0 && options.CertificatePath.Length == 0)
            yield return $"Server:CertificateKeyPath is {options.CertificateKeyPath}, but Server:CertificatePath is empty. Set both, or none.";

        if (options.CertificateCheckInterval < MinCheckInterval || options.CertificateCheckInterval > MaxCheckInterval)
        {
            yield return $"Server:CertificateCheckInterval is {options.CertificateCheckInterval}, but must be between {MinCheckInterval} and " +
                $"{MaxCheckInterval:c}.";
        }
    }

    [GeneratedRegex("^(/[A-Za-z0-9_.-]+)+$")]
    private static partial Regex PlainPath();

    [GeneratedRegex("^[!-~]*$")]
    private static partial Regex Visible();
}
