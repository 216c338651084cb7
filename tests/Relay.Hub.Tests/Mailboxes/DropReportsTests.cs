using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub.Mailboxes;

namespace Relay.Hub.Tests.Mailboxes;

/// <summary>What a sender is told of its lost messages: every one, until it says that it knows.</summary>
public sealed class DropReportsTests
{
    private static readonly PeerId Bob = PeerId.Parse("bob");
    private static readonly PeerId Carol = PeerId.Parse("carol");
    private readonly FakeTimeProvider _time = new();
    private readonly ReportedIds _ids = new(1 << 30);
    private readonly DropReports _reports;

    public DropReportsTests() => _reports = new DropReports(_ids, _time);

    [Fact]
    public void Losses_for_one_recipient_and_reason_come_as_one_report_in_order()
    {
        Lose(Bob, 1, 2, 3);

        var report = _reports.Next()!;

        Assert.Equal((1, Bob, DropReason.Evicted, 3), (report.Number, report.Recipient, report.Reason, report.Count));
        Assert.Equal([Id(1), Id(2), Id(3)], report.Ids);
        Assert.Null(_reports.Next());
    }

    [Fact]
    public void Another_recipient_or_another_reason_begins_another_report()
    {
        Lose(Bob, 1);
        Lose(Carol, 2);
        _reports.TryAdd(Carol, Id(3), DropReason.Expired, out _);

        Assert.Equal((1, Bob), (_reports.Next()!.Number, Bob));
        Assert.Equal(2, _reports.Next()!.Number);
        Assert.Equal((3, DropReason.Expired), _reports.Next() is { } last ? (last.Number, last.Reason) : default);
    }

    [Fact]
    public void A_report_that_was_told_does_not_change_any_more()
    {
        Lose(Bob, 1);
        var told = _reports.Next()!;

        Lose(Bob, 2);

        Assert.Equal([Id(1)], told.Ids);
        Assert.Equal(1, told.Count);
        Assert.Equal([Id(2)], _reports.Next()!.Ids);
    }

    [Fact]
    public void A_report_that_an_earlier_connection_was_told_does_not_change_either()
    {
        Lose(Bob, 1);
        var told = _reports.Next()!;
        _reports.Restart();

        Lose(Bob, 2);

        Assert.Equal([Id(1)], told.Ids);
        Assert.Equal([Id(1)], _reports.Next()!.Ids);
        Assert.Equal([Id(2)], _reports.Next()!.Ids);
    }

    [Fact]
    public void Reports_are_told_again_to_the_next_connection_until_acknowledged()
    {
        Lose(Bob, 1);
        Lose(Carol, 2);
        _reports.Next();
        _reports.Next();
        _reports.Acknowledge(1);

        _reports.Restart();

        Assert.Equal(2, _reports.Next()!.Number);
        _reports.Acknowledge(2);
        _reports.Restart();
        Assert.Null(_reports.Next());
    }

    [Fact]
    public void What_was_not_told_on_this_connection_cannot_be_acknowledged_away()
    {
        Lose(Bob, 1);
        _reports.Next();
        _reports.Restart();
        Lose(Carol, 2);

        _reports.Acknowledge(long.MaxValue);

        Assert.Equal(1, _reports.Next()!.Number);
        Assert.Equal(2, _reports.Next()!.Number);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void An_acknowledgement_of_nothing_forgets_nothing(long number)
    {
        Lose(Bob, 1);
        _reports.Next();

        _reports.Acknowledge(number);

        _reports.Restart();
        Assert.NotNull(_reports.Next());
    }

    [Fact]
    public void A_message_is_known_to_be_lost_until_the_sender_knows_it_too()
    {
        Lose(Bob, 1);
        Assert.True(_reports.Contains(Bob, Id(1)));
        Assert.False(_reports.Contains(Carol, Id(1)));

        _reports.Next();
        _reports.Acknowledge(1);

        Assert.False(_reports.Contains(Bob, Id(1)));
    }

    [Fact]
    public void One_report_stays_small_enough_for_one_frame()
    {
        Lose(Bob, Enumerable.Range(1, 1000));

        Assert.Equal(512, _reports.Next()!.Ids.Count);
        Assert.Equal(488, _reports.Next()!.Ids.Count);
    }

    [Fact]
    public void Beyond_what_can_be_kept_the_losses_are_still_counted()
    {
        Lose(Bob, Enumerable.Range(1, 5000));

        long count = 0;
        var ids = 0;
        DropReport? last = null;
        while (_reports.Next() is { } report)
            (count, ids, last) = (count + report.Count, ids + report.Ids.Count, report);

        Assert.Equal(5000, count);
        Assert.Equal(4096, ids);
        Assert.Null(last!.Recipient);
        Assert.Equal(904, last.Count);
    }

    [Fact]
    public void A_sender_that_never_acknowledges_cannot_make_reports_without_end()
    {
        for (var i = 1; i <= 10_000; i++)
        {
            Lose(Bob, i);
            _reports.Next();
        }

        _reports.Restart();
        var told = 0;
        long count = 0;
        while (_reports.Next() is { } report)
        {
            (told, count) = (told + 1, count + report.Count);
            _reports.Acknowledge(report.Number);
        }

        Assert.InRange(told, 64, 100);
        Assert.Equal(10_000, count);
    }

    [Fact]
    public void A_report_costs_what_it_holds_until_it_is_acknowledged()
    {
        Lose(Bob, 1, 2);
        Assert.Equal(2, _ids.Count);

        _reports.Next();
        _reports.Acknowledge(1);

        Assert.Equal(0, _ids.Count);
    }

    [Fact]
    public void Where_the_reports_of_all_senders_take_what_they_may_only_the_number_is_told()
    {
        var ids = new ReportedIds(2 * DropReport.IdCost);
        var reports = new DropReports(ids, _time);
        for (byte i = 1; i <= 5; i++)
            Assert.True(reports.TryAdd(Bob, Id(i), DropReason.Evicted, out _));

        Assert.Equal(2, reports.Next()!.Ids.Count);
        Assert.True(reports.Next() is { Ids.Count: 0, Count: 3, Recipient: null });
        Assert.Equal(2, ids.Count);
        reports.Acknowledge(2);
        Assert.Equal(0, ids.Count);
    }

    [Fact]
    public void A_report_nobody_came_for_is_forgotten_in_the_end_and_no_younger_one_with_it()
    {
        Lose(Bob, 1);
        _reports.Next();
        _time.Advance(TimeSpan.FromHours(1));
        Lose(Carol, 2);

        _reports.Expire(TimeSpan.FromHours(1));

        Assert.False(_reports.Contains(Bob, Id(1)));
        Assert.Equal(2, _reports.Next()!.Number);
        Assert.Equal(1, _ids.Count);
    }

    [Fact]
    public void As_long_as_there_is_something_to_tell_it_does_not_end()
    {
        Lose(Bob, 1);
        Assert.False(_reports.TryRetire());
        _reports.Next();
        _reports.Acknowledge(1);

        Assert.True(_reports.TryRetire());

        Assert.False(_reports.TryAdd(Bob, Id(2), DropReason.Evicted, out _));
    }

    [Fact]
    public void Whoever_has_the_most_ids_is_found_and_told_only_how_many_then()
    {
        var other = new DropReports(_ids, _time);
        Assert.True(other.TryAdd(Bob, Id(1), DropReason.Evicted, out _));
        Lose(Bob, 1, 2, 3);
        Lose(Carol, 4);
        Assert.Same(_reports, _ids.Heaviest());

        _reports.ForgetIds();

        Assert.Same(other, _ids.Heaviest());
        Assert.Equal(1, _ids.Count);
        Assert.False(_reports.Contains(Bob, Id(1)));
        Assert.True(_reports.Next() is { Recipient: null, Count: 4, Ids.Count: 0 });
        Assert.Null(_reports.Next());
    }

    [Fact]
    public void A_report_that_was_told_keeps_its_number_when_its_ids_are_forgotten()
    {
        Lose(Bob, 1, 2);
        var told = _reports.Next()!;
        Lose(Carol, 3, 4);
        Lose(Bob, 5);

        _reports.ForgetIds();

        Assert.Equal([Id(1), Id(2)], told.Ids);
        Assert.True(_reports.Next() is { Number: 2, Count: 3, Ids.Count: 0 });
        _reports.Restart();
        Assert.True(_reports.Next() is { Number: 1, Count: 2, Ids.Count: 0 });
        _reports.Acknowledge(1);
        Assert.Equal(2, _reports.Next()!.Number);
    }

    private static MessageId Id(int number) => new(new Guid(number, 0, 0, new byte[8]));

    private void Lose(PeerId recipient, params IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
            Assert.True(_reports.TryAdd(recipient, Id(number), DropReason.Evicted, out _));
    }
}
