using Client.Transport;
using TermChat.Commands.Named;

namespace TermChat.Tests.Commands.Named;

public sealed class NamedTallyTests
{
    [Fact]
    public async Task What_waits_at_the_relay_is_accepted_and_said()
    {
        var tally = new NamedTally();

        await tally.AddAsync(Task.FromResult(new SendResult(SendStatus.Accepted, TransportKind.Relay)));
        await tally.AddAsync(Task.FromResult(new SendResult(SendStatus.Queued, TransportKind.Relay)));

        Assert.Null(tally.Failure);
        Assert.Equal("accepted: 2 (1 of them wait at the relay, the recipient is not connected)", tally.Summary);
    }

    [Fact]
    public async Task A_message_that_could_only_wait_in_this_program_is_not_sent()
    {
        var tally = new NamedTally();
        var reason = new TransportException(TransportError.Unreachable, "Nobody there.");

        await tally.AddAsync(Task.FromResult(new SendResult(SendStatus.Pending, TransportKind.None, reason)));

        Assert.Equal("not sent: Nobody there.", tally.Summary);
    }

    [Fact]
    public async Task The_first_of_many_failures_is_the_one_that_is_told()
    {
        var tally = new NamedTally();

        await tally.AddAsync(Task.FromResult(new SendResult(SendStatus.Accepted, TransportKind.Relay)));
        await tally.AddAsync(Task.FromException<SendResult>(new TransportException(TransportError.Io, "First.")));
        await tally.AddAsync(Task.FromException<SendResult>(new TransportException(TransportError.Io, "Second.")));

        Assert.Equal("not sent: First. (1 accepted before, 2 not)", tally.Summary);
    }
}
