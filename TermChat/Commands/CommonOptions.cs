using System.CommandLine;
using Relay.Contracts;

namespace TermChat.Commands;

/// <summary>Options and arguments several commands share, with errors that name what was wrong.</summary>
internal static class CommonOptions
{
    public static Option<Uri> Relay() => new("--relay")
    {
        Description = "The relay's address: http, https, ws or wss",
        HelpName = "URL",
        DefaultValueFactory = _ => new Uri(RelayProtocol.DefaultUrl),
        CustomParser = result => Parse(result, text =>
            Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ws" or "wss"
                ? url
                : throw new FormatException($"'{text}' is no relay address. Write one such as {RelayProtocol.DefaultUrl} or wss://relay.example.com.")),
    };

    public static PeerId ParsePeer(System.CommandLine.Parsing.ArgumentResult result) => Parse(result, PeerId.Parse);

    private static T Parse<T>(System.CommandLine.Parsing.ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "");
        }
        catch (FormatException wrong)
        {
            result.AddError(wrong.Message);
            return default!;
        }
    }
}
