using Relay.Hub.Sessions;
using TestKit;

namespace Relay.Hub.Tests.Sessions;

public sealed class SignalTests
{
    private readonly Signal _signal = new();

    [Fact]
    public async Task What_is_set_before_the_wait_is_found_by_it_once()
    {
        _signal.Set();
        _signal.Set();
        Assert.True(_signal.WaitAsync().AsTask().IsCompletedSuccessfully);

        var second = _signal.WaitAsync().AsTask();
        Assert.False(second.IsCompleted);

        _signal.Set();
        await second.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whoever_sets_it_does_not_run_what_waited()
    {
        var setter = Environment.CurrentManagedThreadId;
        var isSetting = true;
        var waiting = LookAsync();
        _signal.Set();
        Volatile.Write(ref isSetting, false);
        await waiting.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        async Task LookAsync()
        {
            await _signal.WaitAsync();
            Assert.False(Environment.CurrentManagedThreadId == setter && Volatile.Read(ref isSetting));
        }
    }

    [Fact]
    public async Task Who_waits_can_be_run_at_once()
    {
        var looks = 0;
        var looking = LookAsync();
        _signal.SetAndRun();
        Assert.Equal(1, looks);
        _signal.Set();
        await looking.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, looks);

        // Nobody waits: it is set as ever.
        _signal.SetAndRun();
        Assert.True(_signal.WaitAsync().AsTask().IsCompletedSuccessfully);

        async Task LookAsync()
        {
            for (; looks < 2; looks++)
                await _signal.WaitAsync();
        }
    }

    [Fact]
    public async Task No_word_of_several_threads_is_left_unseen()
    {
        // Each says its next word when the last one was seen, so a word that is missed stands still for good.
        const int words = 100_000;
        var (said, seen) = (new int[2], new int[2]);
        var looker = Task.Run(async () =>
        {
            while (seen.Any(word => word < words))
            {
                await _signal.WaitAsync();
                for (var i = 0; i < seen.Length; i++)
                    Volatile.Write(ref seen[i], said[i]);
            }
        }, TestContext.Current.CancellationToken);

        await Task.WhenAll([looker, .. Enumerable.Range(0, said.Length).Select(i => Task.Run(() =>
        {
            for (var word = 1; word <= words; word++)
            {
                said[i] = word;
                if (i == 0)
                    _signal.Set();
                else
                    _signal.SetAndRun();
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref seen[i]) == word, Eventually.Patience), "A word was not seen.");
            }
        }))]);
    }
}
