using Client.Transport;
using Relay.Contracts;

namespace TermChat.Commands.Named;

/// <summary>What both commands say while they use a name instead of the profile's key.</summary>
internal static class NamedWords
{
    public static void WarnUnproven(this StandardStreams streams) =>
        streams.Say("with --as, nothing is proven and nothing encrypted: the relay can read these messages, and anybody can claim a name. For trying out only.");

    /// <summary>Says what was lost on the way to this person.</summary>
    public static void Tell(this StandardStreams streams, LossReport loss)
    {
        if (loss.Reason == LossReason.RelayRestarted)
            streams.Say("the relay has restarted, and forgotten every message that waited there");
        else if (loss is { Direction: LossDirection.Received, Reason: LossReason.Late })
            streams.Say($"{loss.Count} messages from {loss.Peer} came again too late, behind newer ones, and are lost; the sender is told so");
        else if (loss.Direction == LossDirection.Received)
            streams.Say($"{loss.Count} messages for you were lost at the relay before you could get them");
    }

    /// <summary>The peer in the argument, which is no contact here.</summary>
    public static bool TryReadPeer(this StandardStreams streams, string text, out PeerId peer)
    {
        try
        {
            peer = PeerId.Parse(text);
            return true;
        }
        catch (FormatException wrong)
        {
            streams.Say(wrong.Message);
            peer = default;
            return false;
        }
    }
}
