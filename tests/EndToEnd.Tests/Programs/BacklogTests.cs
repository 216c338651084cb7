using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Messages to somebody who was never there, from somebody who is gone when he comes.</summary>
public sealed class BacklogTests
{
    [Fact]
    public async Task A_thousand_messages_wait_for_a_peer_that_was_never_there_and_need_their_sender_no_more()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using (var alice = await people.SendLinesAsync(TwoPeople.Numbers(1, 1000)))
        {
            Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());
            Assert.Equal("termchat: accepted: 1000", alice.Errors.Lines[^1]);
        }

        await using var bob = await Listener.StartAsync(people.Bob);
        await bob.HearsAsync("1000");

        Assert.Equal(TwoPeople.Numbers(1, 1000), bob.Heard());
        Assert.Empty(people.Bob.Notices());
        Assert.Equal(1000, people.Alice.Outstanding().Count);

        // His acknowledgements waited at the relay in their turn.
        await using var online = people.Alice.Start("listen");
        await Eventually.Is("Alice knows of each that Bob has it", () => people.Alice.Outstanding().Count == 0);
        Assert.Equal(1000, bob.Count);
    }
}
