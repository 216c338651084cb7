using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

// What a client must do about it, and by itself: close, or send again.
internal sealed partial class HostileRelay
{
    // A client's limit for a frame, and much more than that and all buffers on the way.
    private const int LongestFrame = 4 << 20;
    private const long Endless = 64 << 20;

    // For what a client does by itself, however busy the machine is. Never waited for in full by a client that is as it should be.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly int[] AbsurdLimits = [0, -1, 1, int.MaxValue, int.MinValue];

    private int _floods;
    private int _expected;

    /// <summary>Whether some client has yet to do what all must, and by itself: no application may end its transport meanwhile, as that would look like it.</summary>
    public bool IsExpecting => Volatile.Read(ref _expected) > 0;

    private async Task RegisterAsync(HostileConnection connection, Dice dice, bool isFirst)
    {
        var registered = new Registered
        {
            ProtocolVersion = 1,
            Epoch = dice.OneIn(3) ? $"epoch-{dice.Below(1000)}" : "epoch",
            Sequence = dice.OneIn(4) ? dice.Edge() : 0,
            Limits = dice.OneIn(6) ? Absurd(dice) : ValidFrames.Limits,
        };
        await SendAsync(connection, nameof(IRelayClient.Registered), registered);

        // Of two registrations the first one counts, and it may have come already.
        if (isFirst && !IsSane(registered))
            await ExpectAsync(connection, connection.Closed, "close when it was registered as no relay does it");
    }

    private async Task SendFloodAsync(HostileConnection connection, Dice dice, bool isUntaken)
    {
        var number = Interlocked.Increment(ref _floods);
        var limits = dice.Of(Flood.Limits);
        await SendAsync(connection, nameof(IRelayClient.Registered), new Registered { ProtocolVersion = 1, Epoch = $"flood-{number}", Limits = limits });
        var flood = new Flood(number, limits);
        for (var frames = dice.OneIn(2) ? 3 : 80; frames > 0 && !connection.Closed.IsCompleted; frames--)
        {
            var frame = flood.Frame();
            await connection.SendAsync(frame);
            if (dice.OneIn(10))
                await connection.SendAsync(frame);
        }

        if (isUntaken && flood.IsTooMuch)
            await ExpectAsync(connection, connection.Closed, "close when more was delivered than its window has");
    }

    /// <summary>As a relay does to which too much comes at once: what was refused has to come again.</summary>
    private async Task RefuseForRateAsync(HostileConnection connection)
    {
        await ExpectAsync(connection, connection.Speech.Sent, "send anything");
        if (connection.Closed.IsCompleted)
            return;

        // No report has such a number. Only here is it quiet enough for an acknowledgement of it, before the next report's says more.
        await SendAsync(connection, nameof(IRelayClient.Dropped), new Dropped { Report = -1, To = "alice", Ids = [], Count = 1 });
        await SendAsync(connection, nameof(IRelayClient.Error), new RelayError
        {
            Code = (int)ErrorCode.SendRateExceeded,
            Message = "too fast",
            Number = await connection.Speech.Sent,
            RetryAfterMilliseconds = 1,
        });
        await ExpectAsync(connection, connection.Speech.SentAgain, "send again what was refused because too much came at once");
        count.Read(Kind.Valid);
    }

    /// <summary>As a relay does when another connection registers the PeerId: the application then takes what came before.</summary>
    private async Task ReplaceAsync(HostileConnection connection)
    {
        await SendAsync(connection, nameof(IRelayClient.Replaced), new Replaced());
        await ExpectAsync(connection, connection.Closed, "close when it was replaced");
        count.Read(Kind.Valid);
    }

    private async Task SendWithoutEndAsync(HostileConnection connection, byte[] beginning, Kind kind)
    {
        await connection.SendEndlessAsync(beginning, Endless);
        await ExpectAsync(connection, connection.Closed, $"close within {Endless} bytes of what has no end ({kind})");
        count.Read(kind);
    }

    /// <summary>Waits until the client has done what it has to do, or has closed.</summary>
    private async Task ExpectAsync(HostileConnection connection, Task deed, string what)
    {
        Interlocked.Increment(ref _expected);
        try
        {
            await Task.WhenAny(deed, connection.Closed).WaitAsync(Patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            found($"a client did not {what}");
        }
        finally
        {
            Interlocked.Decrement(ref _expected);
        }
    }

    // As the protocol has it.
    private static bool IsSane(Registered registered) => registered is
    {
        Sequence: >= 0,
        Limits:
        {
            MaxPayloadBytes: > 0, MaxBatchMessages: > 0, MaxBatchBytes: > 0, SendWindowMessages: > 0, SendWindowBytes: > 0,
            DeliveryWindowMessages: > 0 and <= 65_536, DeliveryWindowBytes: > 0 and <= 64 << 20,
        },
    };

    private static RelayLimits Absurd(Dice dice)
    {
        int One() => dice.OneIn(3) ? dice.Of(AbsurdLimits) : 256;
        return new RelayLimits
        {
            MaxPayloadBytes = One(),
            SendWindowMessages = One(),
            SendWindowBytes = One(),
            MaxBatchMessages = One(),
            MaxBatchBytes = One(),
            DeliveryWindowMessages = One(),
            DeliveryWindowBytes = One(),
        };
    }
}
