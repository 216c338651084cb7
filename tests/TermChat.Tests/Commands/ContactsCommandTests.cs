using TermChat.Commands;

namespace TermChat.Tests.Commands;

public sealed class ContactsCommandTests : IDisposable
{
    private readonly Desk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task A_contact_is_added_renamed_and_removed()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("contacts", "add", "Bob", Desk.Bob.Value));
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("contacts", "rename", "bob", "robert"));
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("contacts"));
        Assert.Equal($"robert\t{Desk.Bob.Value}\n", _desk.Printed);

        Assert.Equal(ExitCode.Success, await _desk.RunAsync("contacts", "remove", "ROBERT"));
        Assert.Empty(_desk.Contacts.Contacts());
        Assert.Empty(_desk.Said);
    }

    [Fact]
    public async Task In_a_terminal_the_PeerIds_stand_in_a_column()
    {
        _desk.IsTerminal = true;
        _desk.Contacts.Name(Desk.Bob, "bob");
        _desk.Contacts.Name(Desk.Stranger, "the.stranger");

        await _desk.RunAsync("contacts");

        Assert.Equal($"bob           {Desk.Bob.Value}\nthe.stranger  {Desk.Stranger.Value}\n", _desk.Printed);
    }

    [Fact]
    public async Task A_program_gets_an_object_a_line()
    {
        _desk.Contacts.Name(Desk.Bob, "bob");

        await _desk.RunAsync("contacts", "--json");

        Assert.Equal($$"""{"name":"bob","peer":"{{Desk.Bob.Value}}"}""" + "\n", _desk.Printed);
    }

    [Fact]
    public async Task A_PeerId_with_a_name_is_not_added_under_a_second_one()
    {
        _desk.Contacts.Name(Desk.Bob, "bob");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("contacts", "add", "robert", Desk.Bob.Value));
        Assert.Contains("termchat contacts rename bob robert", _desk.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add", "bob", "STRANGER", "'bob' is another contact's name already")]
    [InlineData("add", "a b", "STRANGER", "'a b' can't be a contact's name")]
    [InlineData("add", "carol", "dave", "Only a peer with a key can be a contact")]
    [InlineData("rename", "carol", "dave", "there is no contact 'carol'")]
    [InlineData("rename", "bob", "tc1bob", "can't be a contact's name")]
    public async Task What_cannot_be_is_told(string command, string one, string other, string what)
    {
        _desk.Contacts.Name(Desk.Bob, "bob");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("contacts", command, one, other == "STRANGER" ? Desk.Stranger.Value : other));
        Assert.Contains(what, _desk.Said, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", _desk.Said, StringComparison.Ordinal);
        Assert.Equal("bob", Assert.Single(_desk.Contacts.Contacts()).Name);
    }
}
