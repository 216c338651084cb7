using Relay.Benchmarks.Traffic;

namespace Relay.Benchmarks.Tests.Traffic;

public sealed class LedgerTests
{
    [Fact]
    public void Everything_once_and_in_order_is_no_fault()
    {
        var ledger = Take(0, 1, 2, 3);

        Assert.Equal(4, ledger.Received);
        Assert.Null(ledger.FindFault(sent: 4));
    }

    [Theory]
    [InlineData(new long[] { 0, 1, 3 }, "of 4 messages 3 came")]
    [InlineData(new long[] { 1, 2, 3 }, "of 4 messages 3 came")]
    [InlineData(new long[] { 0, 1, 2 }, "of 4 messages 3 came")]
    [InlineData(new long[] { }, "of 4 messages 0 came")]
    public void A_lost_message_is_a_fault_wherever_it_was(long[] arrived, string says) =>
        Assert.Contains(says, Take(arrived).FindFault(sent: 4), StringComparison.Ordinal);

    [Fact]
    public void A_repeated_message_is_a_fault()
    {
        var ledger = Take(0, 1, 1, 2, 3);

        Assert.Equal(4, ledger.Received);
        Assert.Contains("1 more came again", ledger.FindFault(sent: 4), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_behind_a_later_one_is_a_fault()
    {
        var ledger = Take(0, 2, 1, 3);

        Assert.Equal(4, ledger.Received);
        Assert.Contains("1 of them behind later ones", ledger.FindFault(sent: 4), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_nobody_sent_is_a_fault() => Assert.NotNull(Take(0, 1, 2, 3, 4).FindFault(sent: 4));

    private static Ledger Take(params long[] sequences)
    {
        var ledger = new Ledger();
        foreach (var sequence in sequences)
            ledger.Take(sequence);
        return ledger;
    }
}
