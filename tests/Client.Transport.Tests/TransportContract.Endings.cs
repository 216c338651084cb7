using TestKit;

namespace Client.Transport.Tests;

// Cancellation, cuts and disposal.
public abstract partial class TransportContract
{
    [Fact]
    public async Task A_cancelled_receive_takes_no_message_with_it()
    {
        await using var pair = await ConnectAsync();
        using var impatience = new CancellationTokenSource();

        var receiving = pair.Bob.ReceiveAsync(impatience.Token).AsTask();
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await SendAsync(pair, Numbered(1));

        Assert.Equal([1], await ReceiveNumbersAsync(pair.Bob, 1));
    }

    [Fact]
    public async Task A_send_that_was_cancelled_before_it_began_sends_nothing()
    {
        await using var pair = await ConnectAsync();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => pair.Alice.SendAsync(TransportPair.BobId, Numbered(1), cancelled).AsTask());
        await SendAsync(pair, Numbered(2));

        Assert.Equal([2], await ReceiveNumbersAsync(pair.Bob, 1));
    }

    [Fact]
    public async Task Cancelling_one_send_leaves_the_others_alone()
    {
        await using var pair = await ConnectAsync();
        using var impatience = new CancellationTokenSource();
        var link = await pair.Alice.ConnectAsync(TransportPair.BobId, Token);

        // Enough of them that some still wait for room when the cancellation comes.
        var patient = new List<Task<SendResult>>();
        var impatient = new List<Task<SendResult>>();
        for (var i = 0; i < 1500; i += 2)
        {
            patient.Add(link.SendAsync(TransportPair.BobId, Numbered(i), Token));
            impatient.Add(link.SendAsync(TransportPair.BobId, Numbered(i + 1), impatience.Token));
        }

        await impatience.CancelAsync();
        var received = new List<int>();
        while (received.Count(number => number % 2 == 0) < patient.Count)
            received.AddRange(await ReceiveNumbersAsync(pair.Bob, 1));

        await Task.WhenAll(patient).WaitAsync(Eventually.Patience, Token);
        Assert.Equal(received.Order(), received);
        await Eventually.Is("every cancelled send has ended", () => impatient.TrueForAll(send => send.IsCompleted));
    }

    [Fact]
    public async Task It_is_connected_until_cut_and_again_after()
    {
        await using var pair = await ConnectAsync();
        var changes = 0;
        pair.Alice.ConnectionChanged += () => Interlocked.Increment(ref changes);
        Assert.True(pair.Alice.IsConnected(TransportPair.BobId));

        await pair.CutAsync();
        await Eventually.Is("Alice is not connected", () => !pair.Alice.IsConnected(TransportPair.BobId));
        await Eventually.Is("Alice has been told", () => Volatile.Read(ref changes) > 0);

        var atCut = Volatile.Read(ref changes);
        await pair.RestoreAsync();
        await Eventually.Is("Alice is connected again", () => pair.Alice.IsConnected(TransportPair.BobId));
        await Eventually.Is("Alice has been told again", () => Volatile.Read(ref changes) > atCut);
    }

    [Fact]
    public async Task A_send_while_cut_says_that_nobody_can_be_reached()
    {
        await using var pair = await ConnectAsync();
        await pair.CutAsync();
        await Eventually.Is("Alice is not connected", () => !pair.Alice.IsConnected(TransportPair.BobId));

        var failure = await FailureOfAsync(pair, Numbered(1));

        Assert.Contains(failure.Error, new[] { TransportError.Unreachable, TransportError.Timeout, TransportError.ConnectionClosed });
        Assert.NotEmpty(failure.Message);
    }

    [Fact]
    public async Task What_failed_while_cut_arrives_once_when_it_is_sent_again()
    {
        await using var pair = await ConnectAsync();
        var message = Numbered(1);
        await pair.CutAsync();
        await FailureOfAsync(pair, message);

        await pair.RestoreAsync();
        await SendUntilAcceptedAsync(pair, message);
        await SendUntilAcceptedAsync(pair, Numbered(2));

        Assert.Equal([1, 2], await ReceiveNumbersAsync(pair.Bob, 2));
        await AssertNothingMoreAsync(pair.Bob);
    }

    [Fact]
    public async Task What_was_accepted_before_a_cut_is_delivered_all_the_same()
    {
        await using var pair = await ConnectAsync();
        for (var i = 0; i < 20; i++)
            await SendAsync(pair, Numbered(i));

        await pair.CutAsync();
        await pair.RestoreAsync();
        await SendUntilAcceptedAsync(pair, Numbered(20));

        Assert.Equal(Enumerable.Range(0, 21), await ReceiveNumbersAsync(pair.Bob, 21));
    }

    [Fact]
    public async Task A_broken_link_stays_broken_and_only_a_queue_makes_one_that_does_not_break()
    {
        await using var pair = await ConnectAsync();
        var broken = await pair.Alice.ConnectAsync(TransportPair.BobId, Token);
        await pair.CutAsync();
        if (pair.KeepsWhatCannotGo)
        {
            Assert.Equal(SendStatus.Pending, (await broken.SendAsync(TransportPair.BobId, Numbered(1), Token)).Status);
            Assert.True(broken.IsOpen);
            return;
        }

        await Eventually.Is("the link has ended", () => !broken.IsOpen);
        await pair.RestoreAsync();
        await SendUntilAcceptedAsync(pair, Numbered(1));

        var failure = await Assert.ThrowsAsync<TransportException>(() => broken.SendAsync(TransportPair.BobId, Numbered(2), Token));
        Assert.NotEqual(TransportError.Io, failure.Error);
    }

    [Fact]
    public async Task Disposal_ends_whoever_receives()
    {
        await using var pair = await ConnectAsync();
        var receiving = pair.Bob.ReceiveAsync(Token).AsTask();
        var loop = ReceiveToTheEndAsync(pair.Bob);

        await pair.Bob.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving.WaitAsync(Eventually.Patience, Token));
        await loop.WaitAsync(Eventually.Patience, Token);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Bob.ReceiveAsync(Token).AsTask());
    }

    [Fact]
    public async Task Disposal_may_be_repeated_and_ends_everything_else_too()
    {
        await using var pair = await ConnectAsync();

        await Task.WhenAll(pair.Alice.DisposeAsync().AsTask(), pair.Alice.DisposeAsync().AsTask()).WaitAsync(Eventually.Patience, Token);
        await pair.Alice.DisposeAsync();

        Assert.False(pair.Alice.IsConnected(TransportPair.BobId));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => SendAsync(pair, Numbered(1)).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pair.Alice.ConnectAsync(TransportPair.BobId, Token).AsTask());
    }

    [Fact]
    public async Task Disposal_ends_a_send_that_waits_for_room()
    {
        await using var pair = await ConnectAsync();
        var sends = Enumerable.Range(0, 3000).Select(i => SendAsync(pair, Numbered(i)).AsTask()).ToArray();

        await pair.Alice.DisposeAsync();

        await Eventually.Is("every send has ended", () => Array.TrueForAll(sends, send => send.IsCompleted));
        foreach (var failure in sends.Where(send => send.IsFaulted).Select(send => send.Exception!.InnerException))
            Assert.True(failure is ObjectDisposedException or TransportException { Error: TransportError.ConnectionClosed }, $"{failure}");
    }

    private static async Task<TransportException> FailureOfAsync(TransportPair pair, OutgoingMessage message)
    {
        if (!pair.KeepsWhatCannotGo)
            return await Assert.ThrowsAsync<TransportException>(() => SendAsync(pair, message).AsTask().WaitAsync(Eventually.Patience, Token));

        var result = await SendAsync(pair, message).AsTask().WaitAsync(Eventually.Patience, Token);
        Assert.Equal(SendStatus.Pending, result.Status);
        Assert.Equal(TransportKind.None, result.Path);
        return Assert.IsType<TransportException>(result.Reason);
    }

    private static async Task ReceiveToTheEndAsync(ITransport transport)
    {
        await foreach (var _ in transport.ReceiveAllAsync(Token))
        {
        }
    }

    private static async Task SendUntilAcceptedAsync(TransportPair pair, OutgoingMessage message)
    {
        for (var patience = 0; ; patience++)
        {
            try
            {
                await SendAsync(pair, message);
                return;
            }
            catch (TransportException failure) when (failure.Error != TransportError.Io && patience < 100)
            {
                await Eventually.Is("Alice is connected again", () => pair.Alice.IsConnected(TransportPair.BobId));
            }
        }
    }
}
