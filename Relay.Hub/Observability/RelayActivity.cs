using System.Diagnostics;
using Relay.Contracts;

namespace Relay.Hub.Observability;

/// <summary>What the relay tells to those who trace. Nothing where nobody does. A tag is a code or a count, never a PeerId.</summary>
internal static class RelayActivity
{
    public const string SourceName = "TermChat.Relay";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A registration, its proof and its policies.</summary>
    public static Activity? Register() => Source.StartActivity("register");

    public static void Refused(this Activity? activity, ErrorCode code)
    {
        activity?.SetTag("termchat.relay.refusal", code.ToString());
        activity?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>The relay sends its clients away.</summary>
    public static Activity? Drain(int connections) =>
        Source.StartActivity(ActivityKind.Internal, tags: [new("termchat.relay.connections", connections)], name: "drain");
}
