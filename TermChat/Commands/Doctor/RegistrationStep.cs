using Client.Transport;
using Client.Transport.Relay;

namespace TermChat.Commands.Doctor;

/// <summary>Does the relay let this profile in?</summary>
internal static class RegistrationStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        if (!relay.Profile.TryLock(out var mine))
            return Finding.Skip("another termchat is online with this profile, so the relay lets it in. Registering here would throw that one out");

        using var held = mine;

        // Takes no messages: what the relay delivers meanwhile is not acknowledged, and comes again to whoever registers next.
        await using var transport = new RelayTransport(new RelayTransportOptions { Url = relay.Relay, Key = relay.Key }, relay.Time);
        try
        {
            await transport.ConnectAsync(relay.Key.PeerId, cancellationToken);
            return Finding.Ok("the relay knows that this PeerId is yours");
        }
        catch (TransportException refused)
        {
            return Finding.Fail(refused.Message);
        }
    }
}
