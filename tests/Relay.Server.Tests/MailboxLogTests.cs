using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>What the operator reads when mailboxes lose messages: which settings, their values and where it is described; and no line for each message.</summary>
public sealed class MailboxLogTests
{
    private const int Losing = 2000;
    private const int Full = 2002;

    [Fact]
    public async Task A_mailbox_that_begins_to_lose_messages_is_a_warning_once_for_each_absence()
    {
        await using var relay = RelayApp.InMemory(("MailboxMessages", "3"), ("MailboxTimeToLive", "02:00:00"));
        var alice = await relay.Enter("alice");
        await relay.Leave(await relay.Enter("bob"), "bob");

        // Two are too many, each in a call of its own.
        for (var i = 1; i <= 5; i++)
            await alice.Send("bob", $"{i}");
        await alice.SeesAnswers(5);

        var line = Assert.Single(Lines(relay, Losing));
        Assert.Contains("begins to lose messages (Evicted); their senders are told", line, StringComparison.Ordinal);
        Assert.Contains("A mailbox keeps 3 messages (Relay:MailboxMessages).", line, StringComparison.Ordinal);
        Assert.Contains("docs/troubles/losing-messages.md", line, StringComparison.Ordinal);

        // Back, and away again: another absence.
        var bob = await relay.Enter("bob");
        await bob.SeesMessages(3);
        await bob.AcknowledgeForSure(bob.Position);
        await bob.Leave();
        await Eventually.Is("bob has left twice", () => Lines(relay, 1001).Length == 2);
        for (var i = 6; i <= 10; i++)
            await alice.Send("bob", $"{i}");
        await alice.SeesAnswers(10);
        Assert.Equal(2, Lines(relay, Losing).Length);
    }

    [Fact]
    public async Task All_mailboxes_together_being_full_is_a_warning_once_a_minute()
    {
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.InMemory(services => services.AddSingleton<TimeProvider>(time), ("MailboxesBytes", "1048576"));
        var alice = await relay.Enter("alice");
        await relay.Leave(await relay.Enter("bob"), "bob");

        await Send(25);
        var line = Assert.Single(Lines(relay, Full));
        Assert.Contains("as much as they may, 1048576 bytes (Relay:MailboxesBytes)", line, StringComparison.Ordinal);
        Assert.Contains("evicted, of whoever has the most", line, StringComparison.Ordinal);
        Assert.Contains("docs/troubles/mailboxes-full.md", line, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromMinutes(1));
        await Send(50);
        Assert.Equal(2, Lines(relay, Full).Length);

        async Task Send(int upTo)
        {
            for (var answers = alice.AnsweredYes.Count; answers < upTo; answers++)
            {
                await alice.Send("bob", new byte[60_000]);
                await alice.SeesAnswers(answers + 1);
            }
        }
    }

    private static string[] Lines(RelayApp relay, int eventId) =>
        [.. relay.Logs.Entries.Where(entry => entry.Id.Id == eventId && (eventId == 1001 || entry.Level == LogLevel.Warning)).Select(entry => entry.Message)];
}
