using TermChat.Identity;

namespace TermChat.Tests.Identity;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private Profile Profile => Profile.Open(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_file_nothing_is_set() => Assert.Null(Profile.Config.Relay);

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{ "relay": "wss://relay.example.com" }""", "wss://relay.example.com/")]
    [InlineData("\uFEFF{ // mine\n \"relay\": \"http://localhost:9000\", /* so far */ }\n", "http://localhost:9000/")]
    public void What_the_file_says_is_what_counts(string text, string? relay)
    {
        Put(text);

        Assert.Equal(relay, Profile.Config.Relay?.ToString());
    }

    [Theory]
    [InlineData("", "line 1: ")]
    [InlineData("[]", "line 1: it should be an object")]
    [InlineData("{\n  \"relay\": wss\n}", "line 2: 'w' is an invalid start of a value.")]
    [InlineData("{\n\n  \"relay\": 9000\n}", "line 3: 'relay' should be an address in quotes.")]
    [InlineData("{\n\n  \"relay\": \"example.com\"\n}", "line 3: 'example.com' is no relay address.")]
    [InlineData("{\n  \"relay\": \"ftp://example.com\"\n}", "line 2: 'ftp://example.com' is no relay address.")]
    [InlineData("{\n  \"relai\": \"wss://relay.example.com\"\n}", "line 2: there is no setting 'relai'. The only one there is: 'relay'.")]
    [InlineData("{\"relay\": \"ws://a\",\n\"relay\": \"ws://b\"}", "line 2: 'relay' is there twice.")]
    [InlineData("{\"relay\": \"\\ud800\"}", "line 1: this is no text")]
    [InlineData("{} {}", "line 1: ")]
    [InlineData("{", "line 1: ")]
    public void A_mistake_is_told_with_its_file_and_line(string text, string what)
    {
        Put(text);

        var wrong = Assert.Throws<SetupException>(() => Profile.Config);

        Assert.StartsWith($"The config file is wrong: {_folder["config.json"]}, {what}", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_its_place_is_told()
    {
        Directory.CreateDirectory(_folder["config.json"]);

        Assert.Contains("cannot be read", Assert.Throws<SetupException>(() => Profile.Config).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_command_line_comes_before_the_environment_and_that_before_the_file()
    {
        Put("""{ "relay": "ws://file" }""");
        var set = new Func<string, string?>(name => name == RelayAddress.Variable ? "ws://environment" : null);

        Assert.Equal(new RelayAddress(new Uri("ws://option"), "--relay"), RelayAddress.Choose(new Uri("ws://option"), Profile, set));
        Assert.Equal(new RelayAddress(new Uri("ws://environment"), "TERMCHAT_RELAY"), RelayAddress.Choose(null, Profile, set));
        Assert.Equal(new RelayAddress(new Uri("ws://file"), _folder["config.json"]), RelayAddress.Choose(null, Profile, _ => null));
        File.Delete(_folder["config.json"]);
        Assert.Equal(new RelayAddress(new Uri("http://localhost:9000"), "the default"), RelayAddress.Choose(null, Profile, _ => ""));
    }

    [Fact]
    public void A_mistake_in_the_environment_is_told_with_its_name()
    {
        var wrong = Assert.Throws<SetupException>(() => RelayAddress.Choose(null, Profile, _ => "nowhere"));

        Assert.StartsWith("The environment variable TERMCHAT_RELAY is wrong: 'nowhere' is no relay address.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_disturbs_nothing_that_needs_no_setting()
    {
        Put("broken");

        Profile.LoadOrCreateKey().Dispose();
        Assert.Equal("--relay", RelayAddress.Choose(new Uri("ws://option"), Profile, _ => null).Source);
    }

    private void Put(string text) => File.WriteAllText(_folder["config.json"], text);
}
