using Client.Transport;
using Relay.Benchmarks.Chaos.Histories;
using Relay.Contracts;

namespace Relay.Benchmarks.Tests.Chaos;

/// <summary>Made-up histories, each with one thing wrong: the checker has to see it, and nothing else.</summary>
public sealed class HistoryCheckerTests
{
    private const int Alice = 0;
    private const int Bob = 1;
    private const int Carol = 2;

    private readonly History _history = new(3);
    private readonly Dictionary<(int, int), int> _numbers = [];

    [Fact]
    public void A_history_in_which_all_arrives_in_order_is_fine()
    {
        var (one, two) = (Accepted(), Accepted());
        Arrive(one, two);

        Assert.Empty(Check().Faults);
        Assert.Equal((2, 2, 2), (Check().Sent, Check().Accepted, Check().Delivered));
    }

    [Fact]
    public void An_accepted_message_that_never_came_and_nobody_was_told_of_is_lost()
    {
        var (one, _, three) = (Accepted(), Accepted(), Accepted());
        Arrive(one, three);

        Only(FaultKind.Lost, number: 2);
    }

    [Fact]
    public void A_message_that_came_twice_by_one_transport_is_duplicated()
    {
        var one = Accepted();
        Arrive(one, one);

        Only(FaultKind.Duplicated, number: 1);
    }

    [Fact]
    public void What_the_next_transport_of_a_peer_brings_again_is_the_applications_to_drop()
    {
        var (one, two) = (Accepted(), Accepted());
        Arrive(one);
        Arrive(life: 2, one, two);

        Assert.Empty(Check().Faults);
        Assert.Equal(1, Check().RepeatedAfterTakeover);
    }

    [Fact]
    public void A_message_that_came_behind_a_later_one_is_reordered()
    {
        var (one, two, three) = (Accepted(), Accepted(), Accepted());
        Arrive(two, one, three);

        Only(FaultKind.Reordered, number: 1);
    }

    [Fact]
    public void Messages_of_two_senders_have_no_order()
    {
        var (one, two) = (Accepted(), Accepted(from: Carol));
        Arrive(two, one);

        Assert.Empty(Check().Faults);
    }

    [Fact]
    public void A_message_with_other_bytes_is_changed()
    {
        var one = Accepted();
        _history.Peers[Bob].Add(new Receipt(one, 1, IsIntact: false, one.SentAt));

        Assert.Contains(Check().Faults, fault => fault.Kind == FaultKind.Changed && fault.Message == one);
    }

    [Fact]
    public void A_message_nobody_had_sent_counts_as_changed()
    {
        _history.Peers[Bob].Add(new Receipt(null, 1, IsIntact: true, 0));

        Only(FaultKind.Changed, number: null);
    }

    [Fact]
    public void A_message_that_came_to_somebody_else_counts_as_changed()
    {
        var one = Accepted();
        Arrive(one);
        _history.Peers[Carol].Add(new Receipt(one, 1, IsIntact: true, one.SentAt));

        Only(FaultKind.Changed, number: 1);
    }

    [Fact]
    public void What_came_too_late_is_fine_where_both_were_told_which_whether_or_not_the_recipient_had_counted_it_before()
    {
        var (one, two, three) = (Accepted(), Accepted(), Accepted());
        Arrive(three);
        TellSender(LossReason.Late, one);
        TellSender(LossReason.Late, two);
        TellLate(one, two);
        Assert.Empty(Check().Faults);

        TellRecipient(2);
        Assert.Empty(Check().Faults);
        Assert.Equal(2, Check().ReportedLost[LossReason.Late]);
    }

    [Fact]
    public void What_came_too_late_and_its_recipient_was_not_told_of_is_unreported()
    {
        var (one, two, three) = (Accepted(), Accepted(), Accepted());
        Arrive(three);
        TellSender(LossReason.Late, one);
        TellSender(LossReason.Late, two);
        TellLate(two);

        Only(FaultKind.UnreportedToRecipient, number: 1);
    }

    [Fact]
    public void An_eviction_that_both_sides_were_told_of_is_fine()
    {
        var (one, two) = (Accepted(), Accepted());
        Arrive(two);
        TellSender(LossReason.Evicted, one);
        TellRecipient(1);

        Assert.Empty(Check().Faults);
        Assert.Equal(1, Check().ReportedLost[LossReason.Evicted]);
    }

    [Fact]
    public void A_loss_only_the_recipient_was_told_of_is_unreported_to_the_sender()
    {
        Accepted();
        TellRecipient(1);

        Only(FaultKind.UnreportedToSender, number: 1);
    }

    [Fact]
    public void A_loss_only_the_sender_was_told_of_is_unreported_to_the_recipient()
    {
        TellSender(LossReason.Expired, Accepted());

        Only(FaultKind.UnreportedToRecipient, number: 1);
    }

    [Fact]
    public void A_recipient_that_is_told_of_more_losses_than_there_are_is_told_wrong()
    {
        TellSender(LossReason.Expired, Accepted());
        TellRecipient(2);

        Only(FaultKind.Overreported, number: null);
    }

    [Fact]
    public void The_next_transport_of_a_recipient_may_be_told_of_losses_that_the_one_before_knew()
    {
        TellSender(LossReason.Expired, Accepted());
        _history.Peers[Bob].Lives = 2;
        TellRecipient(2);

        Assert.Empty(Check().Faults);
    }

    [Fact]
    public void A_report_of_very_many_losses_has_their_number_only()
    {
        for (var i = 0; i < 3; i++)
            Accepted();
        _history.Peers[Alice].Report(new LossReport(LossDirection.Sent, LossReason.Evicted, null, [], 2), []);
        TellRecipient(3);

        Only(FaultKind.UnreportedToSender, number: 3);
    }

    [Fact]
    public void What_a_relay_forgot_when_it_restarted_is_reported_by_the_restart()
    {
        Accepted();
        Restart(Alice);

        Assert.Empty(Check().Faults);
        Assert.Equal(1, Check().ReportedLost[LossReason.RelayRestarted]);
    }

    [Fact]
    public void A_restart_known_before_a_message_was_accepted_excuses_nothing()
    {
        Restart(Alice);
        Accepted();

        Only(FaultKind.Lost, number: 1);
    }

    [Fact]
    public void Another_senders_restart_excuses_nothing()
    {
        Accepted();
        Restart(Carol);

        Only(FaultKind.Lost, number: 1);
    }

    [Theory]
    [InlineData(SendOutcome.Refused)]
    [InlineData(SendOutcome.GivenUp)]
    internal void What_was_not_accepted_may_be_missing_and_may_have_come(SendOutcome outcome)
    {
        Sent(outcome);
        Arrive(Sent(outcome));

        Assert.Empty(Check().Faults);
    }

    [Fact]
    public void A_message_without_an_answer_at_the_end_is_unanswered()
    {
        Arrive(Sent(SendOutcome.Unknown));

        Only(FaultKind.Unanswered, number: 1);
    }

    [Fact]
    public void A_message_is_settled_when_it_has_come_or_its_sender_knows_that_it_need_not()
    {
        var (one, two, three) = (Accepted(), Accepted(), Sent(SendOutcome.Unknown));
        SentMessage[] all = [one, two, three, Sent(SendOutcome.Refused), Sent(SendOutcome.GivenUp)];

        Assert.False(_history.AreSettled(all));
        Arrive(one);
        TellSender(LossReason.Evicted, two);
        Assert.False(_history.AreSettled(all));
        Arrive(three);
        Assert.True(_history.AreSettled(all));
    }

    private SentMessage Accepted(int from = Alice) => Sent(SendOutcome.Accepted, from);

    private SentMessage Sent(SendOutcome outcome, int from = Alice)
    {
        var number = _numbers[(from, Bob)] = _numbers.GetValueOrDefault((from, Bob)) + 1;
        var message = new SentMessage(from, Bob, number, MessageId.New(), 10, 0) { SentAt = TimeProvider.System.GetTimestamp() };
        _history.Add(message);
        _history.Peers[from].Settle(message, outcome);
        return message;
    }

    private void Arrive(params SentMessage[] messages) => Arrive(life: 1, messages);

    private void Arrive(int life, params SentMessage[] messages)
    {
        foreach (var message in messages)
            _history.Peers[Bob].Add(new Receipt(message, life, IsIntact: true, message.SentAt));
    }

    private void TellSender(LossReason reason, SentMessage message) =>
        _history.Peers[message.From].Report(new LossReport(LossDirection.Sent, reason, null, [message.Id], 1), [message]);

    private void TellLate(params SentMessage[] messages) => _history.Peers[Bob].Report(
        new LossReport(LossDirection.Received, LossReason.Late, null, [.. messages.Select(message => message.Id)], messages.Length), []);

    private void TellRecipient(int count) =>
        _history.Peers[Bob].Report(new LossReport(LossDirection.Received, LossReason.Unknown, null, [], count), []);

    private void Restart(int peer) =>
        _history.Peers[peer].Report(new LossReport(LossDirection.Sent, LossReason.RelayRestarted, null, [], 0), []);

    private Verdict Check() => HistoryChecker.Check(_history);

    private void Only(FaultKind kind, int? number)
    {
        var fault = Assert.Single(Check().Faults);
        Assert.Equal((kind, number), (fault.Kind, fault.Message?.Number));
    }
}
