using TermChat.Screens;

namespace TermChat.Tests.Screens;

public sealed class InputCommandTests
{
    private static readonly string Key = Peers.Bob.Value;

    public static TheoryData<string, string> Commands => new()
    {
        { "/add bob " + Key, new InputCommand.Add("bob", Key).ToString() },
        { $"/add {Key} bob", new InputCommand.Add("bob", Key).ToString() },
        { "/add bob", new InputCommand.Add("bob", null).ToString() },
        { "/ADD  bob ", new InputCommand.Add("bob", null).ToString() },
        { "/rename bob robert", new InputCommand.Rename("bob", "robert").ToString() },
        { "/forget bob", new InputCommand.Forget("bob").ToString() },
        { "/msg bob", new InputCommand.Message("bob", null).ToString() },
        { "/msg bob two  words\nand a line ", new InputCommand.Message("bob", "two  words\nand a line").ToString() },
        { "/ping", new InputCommand.Ping(null).ToString() },
        { "/ping bob", new InputCommand.Ping("bob").ToString() },
        { "/id", new InputCommand.Id().ToString() },
        { "/contacts", new InputCommand.Contacts().ToString() },
        { "/help", new InputCommand.Help().ToString() },
        { "/quit", new InputCommand.Quit().ToString() },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_understood(string text, string command) => Assert.Equal(command, InputCommand.Parse(text).ToString());

    [Theory]
    [InlineData("Hello", "Hello")]
    [InlineData(" /not a command", " /not a command")]
    [InlineData("//etc/hosts", "/etc/hosts")]
    [InlineData("///", "//")]
    public void Anything_else_is_a_message(string text, string message) => Assert.Equal(new InputCommand.Say(message), InputCommand.Parse(text));

    [Theory]
    [InlineData("/hlep", "/hlep is no command; nothing was sent.")]
    [InlineData("/", "/ is no command; nothing was sent.")]
    [InlineData("/etc/passwd and more", "/etc/passwd is no command; nothing was sent.")]
    [InlineData("/add", "It is used like this: /add NAME [PEERID]")]
    [InlineData("/rename bob", "It is used like this: /rename OLD NEW")]
    [InlineData("/forget", "It is used like this: /forget NAME")]
    [InlineData("/msg", "It is used like this: /msg NAME-OR-PEERID [TEXT]")]
    [InlineData("/quit now", "It is used like this: /quit")]
    public void A_mistake_is_explained(string text, string beginning) =>
        Assert.StartsWith(beginning, Assert.IsType<InputCommand.Wrong>(InputCommand.Parse(text)).Why);

    [Fact]
    public void Every_command_in_the_book_can_be_used_as_the_book_says()
    {
        foreach (var entry in CommandBook.Entries)
        {
            var example = entry.Usage.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
            Assert.IsNotType<InputCommand.Wrong>(InputCommand.Parse(example));
        }
    }
}
