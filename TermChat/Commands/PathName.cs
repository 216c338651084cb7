using Client.Transport;

namespace TermChat.Commands;

/// <summary>What people and programs call a way a message takes.</summary>
internal static class PathName
{
    public static string Of(TransportKind path) => path switch
    {
        TransportKind.None => "none",
        TransportKind.P2P => "direct",
        TransportKind.Loopback => "loopback",
        _ => "relay",
    };
}
