using System.Diagnostics.CodeAnalysis;
using Relay.Contracts;

namespace TermChat.Identity;

/// <summary>The relay to use, and who said so.</summary>
/// <param name="Url">Its address as it was written.</param>
/// <param name="Source">Where it was written, for people.</param>
internal sealed record RelayAddress(Uri Url, string Source)
{
    /// <summary>Names the relay; an option of the command line comes before it, the config file after it.</summary>
    public const string Variable = "TERMCHAT_RELAY";

    /// <summary>The first that was said: on the command line, in the environment, in the profile's config file. Else the relay on this machine.</summary>
    /// <exception cref="SetupException">The first that was said is no address.</exception>
    public static RelayAddress Choose(Uri? option, Profile profile, Func<string, string?> variable) =>
        Choose(option, variable)
            ?? (profile.Config.Relay is { } configured ? new RelayAddress(configured, profile.ConfigPath) : new RelayAddress(new Uri(RelayProtocol.DefaultUrl), "the default"));

    /// <summary>As above, without a profile; null when nothing was said.</summary>
    public static RelayAddress? Choose(Uri? option, Func<string, string?> variable)
    {
        if (option is not null)
            return new RelayAddress(option, "--relay");
        if (variable(Variable) is not { } set || string.IsNullOrWhiteSpace(set))
            return null;

        return TryParse(set, out var url, out var wrong)
            ? new RelayAddress(url, Variable)
            : throw new SetupException($"The environment variable {Variable} is wrong: {wrong}");
    }

    /// <summary>Reads an address as people write it.</summary>
    /// <param name="wrong">Why it is none: a sentence.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? wrong)
    {
        wrong = null;
        if (Uri.TryCreate(text, UriKind.Absolute, out url) && url.Scheme is "http" or "https" or "ws" or "wss" && url.Host.Length > 0)
            return true;

        url = null;
        wrong = $"'{text}' is no relay address. Write one such as {RelayProtocol.DefaultUrl} or wss://relay.example.com.";
        return false;
    }
}
