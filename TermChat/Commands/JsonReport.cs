using System.Globalization;
using System.Text.Json;
using Client.Transport.Relay;
using TermChat.Conversations;

namespace TermChat.Commands;

/// <summary>For programs: every event an object of its own. Members are never renamed, only added.</summary>
internal sealed class JsonReport(TimeProvider time) : IListenReport
{
    public string Line(ChatLine line, string? name) => JsonLine.Write(json =>
    {
        json.WriteString("event", line.Kind == LineKind.Theirs ? "message" : "notice");
        json.WriteString("id", line.Id.ToString());
        json.WriteString("from", line.Peer.Value);
        json.WriteString("name", name);
        json.WriteString("text", line.Text);
        json.WriteString("path", PathName.Of(line.Path));
        WriteTime(json, "at", line.At);
    });

    public string Connection(ConnectionStatus status)
    {
        if (EventOf(status.State) is not { } name)
            return "";

        return JsonLine.Write(json =>
        {
            json.WriteString("event", name);
            json.WriteString("relay", status.Relay?.ToString());
            json.WriteString("reason", status.Reason);
            if (status.NextAttemptAt is { } next)
                WriteTime(json, "next", next);
            WriteTime(json, "at", time.GetUtcNow());
        });
    }

    private static string? EventOf(RelayConnectionState state) => state switch
    {
        RelayConnectionState.Idle => "attached",
        RelayConnectionState.Connecting => "connecting",
        RelayConnectionState.Connected => "connected",
        RelayConnectionState.Waiting => "disconnected",
        RelayConnectionState.Replaced => "replaced",
        _ => null,
    };

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset time) =>
        json.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
}
