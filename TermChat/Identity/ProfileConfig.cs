namespace TermChat.Identity;

/// <summary>What a person has set in a profile's config file.</summary>
internal sealed record ProfileConfig
{
    /// <summary>The relay's address; null if the file names none.</summary>
    public Uri? Relay { get; init; }
}
