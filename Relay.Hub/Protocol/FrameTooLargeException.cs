using Microsoft.AspNetCore.SignalR;

namespace Relay.Hub.Protocol;

/// <summary>A client sends more in one frame than the relay reads.</summary>
/// <remarks>A <see cref="HubException"/>, because only the words of those go to the client, in the last thing it is told.</remarks>
internal sealed class FrameTooLargeException(string words) : HubException(words);
