using System.Net;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>Decides who may register. Applications that host the hub add their own to the services; each one must agree.</summary>
/// <remarks>Called on the connection's own turn, from many connections at once. Must not block: look up, do not fetch.</remarks>
public interface IAdmissionPolicy
{
    /// <returns>Null to admit, or the refusal the client gets.</returns>
    Refusal? Check(PeerId peer, IPAddress? address);
}

/// <summary>Why a registration is refused.</summary>
/// <param name="Code">From 100 on: codes after which the relay closes the connection.</param>
/// <param name="Message">For people: what happened, the setting and its value, what to do. Reaches the client as it is.</param>
public sealed record Refusal(ErrorCode Code, string Message);
