using System.CommandLine;
using System.CommandLine.Parsing;
using Relay.Contracts;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>The options several commands share, and what they stand for.</summary>
internal sealed class ProgramOptions(Surroundings around)
{
    private readonly Option<string?> _profile = new("--profile")
    {
        Description = $"The folder of your key, contacts and messages [default: ${ProfileFolders.Variable}, or the usual place]",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<string?> _log = new("--log")
    {
        Description = $"Log what happens to this file [default: ${ProgramLog.Variable}, or warnings to the profile's termchat.log]",
        HelpName = "FILE",
        Recursive = true,
    };

    public Surroundings Around => around;

    public StandardStreams Streams => around.Streams;

    /// <summary>For commands that go online.</summary>
    public Option<Uri?> Relay { get; } = new("--relay")
    {
        Description = $"The relay's address: http, https, ws or wss [default: ${RelayAddress.Variable}, the profile's config file, or {RelayProtocol.DefaultUrl}]",
        HelpName = "URL",
        CustomParser = ParseRelay,
    };

    public ExplainedHelp Help { get; } = new();

    public void AddTo(RootCommand root)
    {
        Help.AddTo(root);
        root.Options.Add(_profile);
        root.Options.Add(_log);
    }

    /// <exception cref="SetupException">The folder cannot be used.</exception>
    public Profile OpenProfile(ParseResult parsed) => Profile.Open(Folders(parsed));

    /// <summary>Where the profile is or would be.</summary>
    public ProfileFolders Folders(ParseResult parsed) => ProfileFolders.Choose(
        parsed.GetValue(_profile), around.Variable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));

    public RelayAddress ChooseRelay(ParseResult parsed, Profile profile) => RelayAddress.Choose(parsed.GetValue(Relay), profile, around.Variable);

    /// <summary>The relay for those who use no profile.</summary>
    public Uri ChooseRelay(ParseResult parsed) => RelayAddress.Choose(parsed.GetValue(Relay), around.Variable)?.Url ?? new Uri(RelayProtocol.DefaultUrl);

    public ProgramLog OpenLog(ParseResult parsed, Profile profile) => LogFile(parsed) is { } wanted ? ProgramLog.Detailed(wanted) : ProgramLog.Brief(profile.LogPath);

    /// <summary>A log for somebody without a profile; null if none was asked for.</summary>
    public string? LogFile(ParseResult parsed) => FirstText(parsed.GetValue(_log), around.Variable(ProgramLog.Variable));

    public static Option<int> AtLeastOne(string name, string unit, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} takes a number of {unit}, at least 1.");
        });
        return option;
    }

    private static Uri? ParseRelay(ArgumentResult result)
    {
        if (RelayAddress.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", out var url, out var wrong))
            return url;

        result.AddError(wrong);
        return null;
    }

    private static string? FirstText(string? one, string? other) =>
        !string.IsNullOrWhiteSpace(one) ? one : !string.IsNullOrWhiteSpace(other) ? other : null;
}
