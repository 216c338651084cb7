namespace Relay.Hub.Protocol;

/// <summary>What a call that could not be read results in. <see cref="AnsweringProtocol"/> writes it as an error, if the client waits for a result.</summary>
/// <remarks>A result and not an exception: SignalR logs what a hub throws as an error of the server's.</remarks>
internal sealed class UnreadableCall
{
    public const string Explanation = "There is no such method, or its argument could not be read. docs/protocol.md lists the methods and their arguments.";

    public static readonly UnreadableCall Instance = new();

    private UnreadableCall()
    {
    }
}
