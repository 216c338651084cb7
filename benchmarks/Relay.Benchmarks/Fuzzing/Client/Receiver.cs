using Client.Transport;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>What an application gets of one transport: of each <see cref="Flood"/> the beginning, in order and once, and no more at a time than a transport keeps.</summary>
internal sealed class Receiver(Action<string> found)
{
    // What a client that is registered may still bring on top of what the application has not taken: twice the largest window, and a frame.
    private const int MostUntaken = (2 * 65_536) + 5000;

    private int _flood;
    private int _next;
    private int _untaken;

    public long Received { get; private set; }

    public void Take(ReceivedMessage message)
    {
        Received++;
        if (!Flood.TryRead(message.Payload.Span, out var flood, out var index))
            return;
        if (message.Sender.Value != Flood.SenderOf(index))
            found("a message had another sender than the relay had said");
        if (index != (flood == _flood ? _next : 0))
            found($"of deliveries that followed each other the application got number {index} instead of {(flood == _flood ? _next : 0)}");
        (_flood, _next) = (flood, index + 1);
    }

    /// <summary>One of those that waited while the application took nothing.</summary>
    public void TakeLate(ReceivedMessage message)
    {
        Take(message);
        if (++_untaken == MostUntaken)
            found($"a transport kept more than {MostUntaken - 1} messages for an application that takes none");
    }
}
