using Client.Transport.Relay;

namespace Client.Transport.Tests.Relay;

public sealed class ReconnectScheduleTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 16)]
    [InlineData(6, 30)]
    [InlineData(1_000_000, 30)]
    public void Pauses_double_up_to_the_longest_and_never_end(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), ReconnectSchedule.Pause(failures, First, Longest, random: 0));

    [Fact]
    public void The_random_part_takes_off_up_to_a_half() =>
        Assert.Equal(TimeSpan.FromSeconds(15), ReconnectSchedule.Pause(9, First, Longest, random: 1));
}
