using Relay.Contracts;

namespace Client.Transport;

/// <summary>A message from a peer.</summary>
public sealed class ReceivedMessage(
    PeerId sender, MessageId id, ReadOnlyMemory<byte> payload, TransportKind path, Action<ReceivedMessage>? acknowledged = null)
{
    private const int HandedOut = 0;
    private const int Held = 1;
    private const int Done = 2;

    private int _state;

    /// <summary>Whatever the transport it came by needs to know it again.</summary>
    internal object? Origin { get; init; }

    /// <summary>Who sent it, as the path attests: the relay's registered PeerId, or the peer at the other end of a direct connection.</summary>
    public PeerId Sender { get; } = sender;

    public MessageId Id { get; } = id;

    public ReadOnlyMemory<byte> Payload { get; } = payload;

    /// <summary>Which way it came.</summary>
    public TransportKind Path { get; } = path;

    /// <summary>Keeps the message unacknowledged beyond the next receive, until <see cref="Acknowledge"/>.</summary>
    /// <remarks>
    /// A relay delivers only so many unacknowledged messages (256 or 1 MiB by default), then waits. A message that is never
    /// acknowledged comes again after the program has restarted.
    /// </remarks>
    public void Hold() => Interlocked.CompareExchange(ref _state, Held, HandedOut);

    /// <summary>The application has the message safe: it will not come again. May be repeated; any thread.</summary>
    public void Acknowledge()
    {
        if (Interlocked.Exchange(ref _state, Done) != Done)
            acknowledged?.Invoke(this);
    }

    /// <summary>What the next receive does to a message nobody held.</summary>
    internal void AcknowledgeUnlessHeld()
    {
        if (Interlocked.CompareExchange(ref _state, Done, HandedOut) == HandedOut)
            acknowledged?.Invoke(this);
    }

    public override string ToString() => $"{Id} from {Sender} by {Path} ({Payload.Length} bytes)";
}
