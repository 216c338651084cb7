namespace Relay.Benchmarks.Traffic;

/// <summary>How the flows of an exchange are sent, until cancelled. Ends when every send has ended.</summary>
internal delegate Task Pattern(IReadOnlyList<FlowSender> senders, CancellationToken stop);

/// <summary>The patterns there are.</summary>
internal static class Patterns
{
    /// <summary>Every flow by itself, as fast as its window allows.</summary>
    public static Task FloodAsync(IReadOnlyList<FlowSender> senders, CancellationToken stop) =>
        Task.WhenAll(senders.Select(sender => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await sender.SendNextAsync();
                await sender.SettleAsync();
            },
            CancellationToken.None)));

    /// <summary>One loop over all of them, a message for each in turn: how one application writes to many peers.</summary>
    public static async Task SweepAsync(IReadOnlyList<FlowSender> senders, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            foreach (var sender in senders)
                await sender.SendNextAsync();
        }

        foreach (var sender in senders)
            await sender.SettleAsync();
    }

    /// <summary>Every flow by itself, a message only when the server has said that it has the one before.</summary>
    public static Task OneByOneAsync(IReadOnlyList<FlowSender> senders, CancellationToken stop) =>
        Task.WhenAll(senders.Select(sender => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await sender.ConfirmNextAsync();
            },
            CancellationToken.None)));
}
