namespace Relay.Hub.Tests;

/// <summary>A bad setting is explained so that the operator can correct it: its name, its value, its range.</summary>
public sealed class RelayOptionsValidatorTests
{
    public static TheoryData<string, object, string, string> BadSettings => new()
    {
        { nameof(RelayOptions.MaxPayloadBytes), 0, "1", "1048576" },
        { nameof(RelayOptions.MaxPayloadBytes), 1_048_577, "1", "1048576" },
        { nameof(RelayOptions.MailboxMessages), 0, "1", "1000000" },
        { nameof(RelayOptions.MailboxMessages), -7, "1", "1000000" },
        { nameof(RelayOptions.MailboxTimeToLive), TimeSpan.Zero, "00:00:01", "30.00:00:00" },
        { nameof(RelayOptions.MailboxTimeToLive), TimeSpan.FromDays(31), "00:00:01", "30.00:00:00" },
        { nameof(RelayOptions.ReportTimeToLive), TimeSpan.FromMilliseconds(999), "00:00:01", "30.00:00:00" },
        { nameof(RelayOptions.MailboxesBytes), (1L << 20) - 1, "1048576", "1099511627776" },
        { nameof(RelayOptions.MailboxesBytes), (1L << 40) + 1, "1048576", "1099511627776" },
        { nameof(RelayOptions.DeliveryWindowMessages), 0, "1", "65536" },
        { nameof(RelayOptions.DeliveryWindowBytes), 0, "1", "67108864" },
        { nameof(RelayOptions.SendWindowMessages), 65_537, "1", "65536" },
        { nameof(RelayOptions.SendWindowBytes), -1, "1", "67108864" },
        { nameof(RelayOptions.SenderMessagesPerSecond), 0, "1", "1000000000" },
        { nameof(RelayOptions.SenderBytesPerSecond), 1023L, "1024", "1099511627776" },
        { nameof(RelayOptions.MaxPeers), 0, "1", "1000000" },
        { nameof(RelayOptions.RegistrationTimeout), TimeSpan.FromMilliseconds(99), "00:00:00.1000000", "00:01:00" },
        { nameof(RelayOptions.RegistrationTimeout), TimeSpan.FromMinutes(2), "00:00:00.1000000", "00:01:00" },
        { nameof(RelayOptions.KeepAliveInterval), TimeSpan.Zero, "00:00:01", "00:05:00" },
        { nameof(RelayOptions.ClientTimeout), TimeSpan.FromMinutes(11), "00:00:02", "00:10:00" },
        { nameof(RelayOptions.DrainTimeout), TimeSpan.FromSeconds(-1), "00:00:00", "00:01:00" },
    };

    [Theory, MemberData(nameof(BadSettings))]
    public void A_value_out_of_its_range_is_named_with_its_range(string setting, object value, string lowest, string highest)
    {
        var failure = Assert.Single(FailuresWith(setting, value), one => one.StartsWith($"Relay:{setting} ", StringComparison.Ordinal));

        Assert.Equal($"Relay:{setting} is {value}, but must be between {lowest} and {highest}.", failure);
    }

    [Theory]
    [InlineData("relay")]
    [InlineData("")]
    [InlineData("/relay?x=1")]
    public void A_path_that_is_no_path_is_named(string path)
    {
        var failure = Assert.Single(FailuresWith(nameof(RelayOptions.Path), path));

        Assert.Contains("Relay:Path is " + (path.Length == 0 ? "empty" : path), failure, StringComparison.Ordinal);
        Assert.Contains("'/relay'", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_timeout_that_one_late_ping_would_break_is_explained()
    {
        var failure = Assert.Single(FailuresWith(nameof(RelayOptions.ClientTimeout), TimeSpan.FromSeconds(19)));

        Assert.Contains("Relay:ClientTimeout is 00:00:19", failure, StringComparison.Ordinal);
        Assert.Contains("twice Relay:KeepAliveInterval, which is 00:00:10", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("relay.example.com")]
    [InlineData("https://relay.example.com/relay")]
    [InlineData("*")]
    [InlineData("")]
    public void An_origin_that_is_none_is_named_with_its_place(string origin)
    {
        var options = new RelayOptions { Origins = { "https://relay.example.com", origin } };

        var failure = Assert.Single(new RelayOptionsValidator().Validate(null, options).Failures!);

        Assert.StartsWith($"Relay:Origins:1 is {(origin.Length == 0 ? "empty" : origin)}, but must be what clients dial", failure, StringComparison.Ordinal);
        Assert.Contains("such as https://relay.example.com", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_settings_are_named_at_once()
    {
        var options = new RelayOptions { MaxPeers = 0, MailboxMessages = 0 };

        Assert.Equal(2, new RelayOptionsValidator().Validate(null, options).Failures!.Count());
    }

    [Fact]
    public void The_defaults_are_valid() => Assert.True(new RelayOptionsValidator().Validate(null, new RelayOptions()).Succeeded);

    private static IEnumerable<string> FailuresWith(string setting, object value)
    {
        var options = new RelayOptions();
        typeof(RelayOptions).GetProperty(setting)!.SetValue(options, value);
        return new RelayOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
