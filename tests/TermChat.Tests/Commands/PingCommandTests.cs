using TermChat.Commands;

namespace TermChat.Tests.Commands;

public sealed class PingCommandTests : IDisposable
{
    private readonly Desk _desk = new();

    public PingCommandTests()
    {
        _desk.Profile.LoadOrCreateKey().Dispose();
        _desk.Contacts.Name(Desk.Bob, "bob");
    }

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task It_prints_the_round_trip_and_the_path()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("ping", Desk.Bob.Value));
        Assert.Equal("bob: 12.3 ms, path: relay\n", _desk.Printed);
        Assert.Empty(_desk.Said);
    }

    [Fact]
    public async Task A_missing_answer_ends_with_one()
    {
        _desk.Chat.Pong = () => throw new TimeoutException("bob's termchat may not be running.");

        Assert.Equal(ExitCode.Failure, await _desk.RunAsync("ping", "bob"));
        Assert.Equal("termchat: no answer from bob: bob's termchat may not be running.\n", _desk.Said);
        Assert.Empty(_desk.Printed);
    }
}
