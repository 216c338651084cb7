using System.CommandLine;
using Client.Transport.Relay;
using Relay.Contracts;

namespace TermChat.Commands.Named;

/// <summary><c>--as NAME</c>: leave profile, proof and encryption aside, and be a name at a relay that takes names. For trying a relay out.</summary>
internal static class NamedOption
{
    public static Option<PeerId> Create() => new("--as")
    {
        Description = "Try a relay out under a plain name, unproven and unencrypted; PEER is a name then too. The relay must allow it",
        HelpName = "NAME",
        CustomParser = result =>
        {
            if (PeerId.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", out var name) && !name.IsKey)
                return name;

            result.AddError(
                $"--as takes a plain name of 1 to {PeerId.MaxNameLength} characters from a-z, 0-9, '.', '_' and '-'. Without --as, you are the key of your profile.");
            return default;
        },
    };

    public static RelayTransportOptions Read(ProgramOptions options, ParseResult parsed, Option<PeerId> self) => new()
    {
        Url = options.ChooseRelay(parsed),
        Peer = parsed.GetValue(self),
    };
}
