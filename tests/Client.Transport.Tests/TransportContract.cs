using System.Security.Cryptography;
using TestKit;

namespace Client.Transport.Tests;

/// <summary>Always 2: what any transport promises. Each transport has a subclass that says how to make two connected peers of it.</summary>
public abstract partial class TransportContract
{
    protected abstract TransportKind Kind { get; }

    /// <summary>Two peers, connected to each other.</summary>
    protected abstract ValueTask<TransportPair> ConnectAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_what_kind_it_is()
    {
        await using var pair = await ConnectAsync();

        Assert.Equal(Kind, pair.Alice.Kind);
    }

    [Fact]
    public async Task A_message_arrives_with_its_id_and_its_sender()
    {
        await using var pair = await ConnectAsync();
        var message = new OutgoingMessage(new byte[] { 1, 2, 3 });

        var result = await SendAsync(pair, message);
        var received = await ReceiveAsync(pair.Bob);

        Assert.Equal(SendStatus.Accepted, result.Status);
        Assert.Null(result.Reason);
        Assert.Equal(TransportPair.AliceId, received.Sender);
        Assert.Equal(message.Id, received.Id);
        Assert.Equal(result.Path, received.Path);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(65_536)]
    public async Task A_payload_arrives_bit_for_bit(int length)
    {
        await using var pair = await ConnectAsync();
        var payload = RandomNumberGenerator.GetBytes(length);

        await SendAsync(pair, new OutgoingMessage(payload));

        Assert.Equal(payload, (await ReceiveAsync(pair.Bob)).Payload.ToArray());
    }

    [Fact]
    public async Task A_buffer_is_the_senders_again_when_its_send_has_completed()
    {
        await using var pair = await ConnectAsync();
        var buffer = new byte[] { 7, 7 };

        await SendAsync(pair, new OutgoingMessage(buffer));
        buffer.AsSpan().Clear();

        Assert.Equal([7, 7], (await ReceiveAsync(pair.Bob)).Payload.ToArray());
    }

    [Fact]
    public async Task Messages_over_one_link_arrive_in_the_order_they_were_handed_over()
    {
        await using var pair = await ConnectAsync();
        var link = await pair.Alice.ConnectAsync(TransportPair.BobId, Token);

        // More than any inbox or window holds, and nobody waits for a single one.
        var sends = Enumerable.Range(0, 1500).Select(i => link.SendAsync(TransportPair.BobId, Numbered(i), Token)).ToArray();
        var numbers = await ReceiveNumbersAsync(pair.Bob, sends.Length);
        await Task.WhenAll(sends).WaitAsync(Eventually.Patience, Token);

        Assert.Equal(Enumerable.Range(0, 1500), numbers);
        Assert.True(link.IsOpen);
    }

    [Fact]
    public async Task Many_senders_at_once_lose_nothing_and_each_keeps_its_order()
    {
        await using var pair = await ConnectAsync();
        var senders = Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await SendAsync(pair, Numbered((sender * 50) + i));
        }));

        var receiving = ReceiveNumbersAsync(pair.Bob, 400);
        await Task.WhenAll(senders).WaitAsync(Eventually.Patience, Token);
        var numbers = await receiving;

        Assert.Equal(Enumerable.Range(0, 400), numbers.Order());
        foreach (var bySender in numbers.GroupBy(number => number / 50))
            Assert.Equal(bySender.Order(), bySender);
    }

    [Fact]
    public async Task Both_directions_work_at_the_same_time()
    {
        await using var pair = await ConnectAsync();
        var toBob = ReceiveNumbersAsync(pair.Bob, 50);
        var toAlice = ReceiveNumbersAsync(pair.Alice, 50);

        for (var i = 0; i < 50; i++)
        {
            await SendAsync(pair, Numbered(i));
            await pair.Bob.SendAsync(TransportPair.AliceId, Numbered(i), Token);
        }

        Assert.Equal(Enumerable.Range(0, 50), await toBob);
        Assert.Equal(Enumerable.Range(0, 50), await toAlice);
    }

    [Fact]
    public async Task A_message_sent_again_with_the_same_id_arrives_once()
    {
        await using var pair = await ConnectAsync();
        var message = Numbered(1);

        await SendAsync(pair, message);
        await SendAsync(pair, message);
        await SendAsync(pair, Numbered(2));

        Assert.Equal([1, 2], await ReceiveNumbersAsync(pair.Bob, 2));
        await AssertNothingMoreAsync(pair.Bob);
    }

    [Fact]
    public async Task Held_messages_do_not_stop_the_ones_behind_them()
    {
        await using var pair = await ConnectAsync();
        for (var i = 0; i < 3; i++)
            await SendAsync(pair, Numbered(i));

        var held = new List<ReceivedMessage>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await ReceiveAsync(pair.Bob));
            held[i].Hold();
        }

        Assert.Equal([0, 1, 2], held.Select(NumberOf));
        foreach (var message in held)
        {
            message.Acknowledge();
            message.Acknowledge();
        }
    }

    private static ValueTask<SendResult> SendAsync(TransportPair pair, OutgoingMessage message) =>
        pair.Alice.SendAsync(TransportPair.BobId, message, Token);

    private static Task<ReceivedMessage> ReceiveAsync(ITransport transport) =>
        transport.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);

    private static async Task<List<int>> ReceiveNumbersAsync(ITransport transport, int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
            numbers.Add(NumberOf(await ReceiveAsync(transport)));
        return numbers;
    }

    private static async Task AssertNothingMoreAsync(ITransport transport)
    {
        // What comes late would not be seen here; but whatever is there already, or comes in a moment, is.
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transport.ReceiveAsync(moment.Token).AsTask());
    }

    private static OutgoingMessage Numbered(int number) => new(BitConverter.GetBytes(number));

    private static int NumberOf(ReceivedMessage message) => BitConverter.ToInt32(message.Payload.Span);
}
