using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>For people, and for programs that want no more than who and what.</summary>
internal sealed class TextReport(StandardStreams streams) : IListenReport
{
    public string Line(ChatLine line, string? name)
    {
        var text = $"{name ?? line.Peer.Value}: {ChatText.Printable(line.Text)}";
        if (line.Kind == LineKind.Theirs)
            return text + "\n";

        streams.Say(text);
        return "";
    }

    public string Connection(ConnectionStatus status)
    {
        if (status.State == RelayConnectionState.Connected)
            streams.Say($"listening at {status.Relay}; Ctrl+C ends");
        else if (status is { State: RelayConnectionState.Waiting or RelayConnectionState.Idle, Reason: { } reason })
            streams.Say(reason);
        return "";
    }
}
