using Microsoft.Extensions.Time.Testing;
using Relay.Hub.Observability;

namespace Relay.Hub.Tests;

/// <summary>What floods the relay does not flood its log, and no reason hides another.</summary>
public sealed class TallyTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_first_is_logged_at_once_and_the_next_a_minute_later_with_all_there_were_since()
    {
        var tally = new Tally(_time);

        Assert.Equal(1, tally.Count("full"));
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(0, tally.Count("full")));
        Assert.Equal(1, tally.Count("banned"));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(6, tally.Count("full"));
        Assert.Equal(1, tally.Count("banned"));
    }

    [Fact]
    public void Reasons_without_end_are_a_bounded_number_of_lines_a_minute()
    {
        var tally = new Tally(_time);

        Assert.Equal(Tally.MaxReasons + 1, Enumerable.Range(0, 10_000).Count(i => tally.Count($"for {i}") > 0));

        // A minute later they are forgotten: they must not hide others for ever.
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, tally.Count("for one more"));
        Assert.Equal(0, tally.Count("for one more"));
    }
}
