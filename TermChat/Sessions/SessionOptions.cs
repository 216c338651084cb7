namespace TermChat.Sessions;

/// <summary>How long keys are used, and how much is remembered.</summary>
/// <remarks>A session is renewed while it is in use. At twice a limit nothing more is sealed in it.</remarks>
internal sealed record SessionOptions
{
    /// <summary>After so many messages of one side its session is renewed. The default is 10,000.</summary>
    public int RekeyAfterMessages { get; init; } = 10_000;

    /// <summary>After so long a session is renewed, with the next message. The default is one hour.</summary>
    public TimeSpan RekeyAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>With how many peers there can be sessions and handshakes at once. The default of 1024 is many times the contacts of a person.</summary>
    public int MaxPeers { get; init; } = 1024;
}
