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

/// <summary>Why something is refused.</summary>
/// <param name="Code">From 100 on the relay closes the connection after it, as it does with every registration it refuses.</param>
/// <param name="Message">For people: what happened, the setting and its value, what to do. Reaches the client and the log as it is, so it must name no peer.</param>
/// <param name="RetryAfter">How long the client is to wait before it tries again; zero where waiting changes nothing, or nobody can say.</param>
public sealed record Refusal(ErrorCode Code, string Message, TimeSpan RetryAfter = default)
{
    /// <summary>Ends what a limit says, so that whoever reads it knows where to look further.</summary>
    internal const string Documented = "docs/operating.md describes this setting.";

    /// <summary>The message for the log, where it differs: without what only this client sent, so that all refusals for one reason are counted together.</summary>
    internal string Reason { get; init; } = Message;

    /// <summary>As it goes over the wire.</summary>
    /// <param name="number">The message it is about; 0 when it is about more than one.</param>
    internal RelayError ToError(long number = 0) => new()
    {
        Code = (int)Code,
        Message = Message,
        Number = number,
        RetryAfterMilliseconds = (int)Math.Min(int.MaxValue, Math.Ceiling(RetryAfter.TotalMilliseconds)),
    };
}
