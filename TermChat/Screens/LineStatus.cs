using Client.Transport;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>How far a line has come and which way, in a few cells: always a word, beside the mark and the tone.</summary>
internal static class LineStatus
{
    public static Row Of(ChatLine line, Marks marks) => line.State switch
    {
        LineState.Waiting => Row.Of($"{marks.Waiting} waiting", Tone.Warning),
        LineState.Sent => Row.Of($"{marks.Sent} {(line.Path == TransportKind.Relay ? "at relay" : PathName(line.Path))}", Tone.Quiet),
        LineState.Delivered => Row.Of(marks.Delivered, Tone.Good).Plus($" {PathName(line.Path)}", Tone.Quiet),
        LineState.Failed => Row.Of($"{marks.Failed} failed", Tone.Bad),
        _ => line.Path == TransportKind.None ? Row.Empty : Row.Of(PathName(line.Path), Tone.Quiet),
    };

    public static string PathName(TransportKind path) => path switch
    {
        TransportKind.P2P => "direct",
        TransportKind.Relay => "relay",
        TransportKind.Loopback => "local",
        TransportKind.Hybrid => "any path",
        _ => "no path",
    };
}
