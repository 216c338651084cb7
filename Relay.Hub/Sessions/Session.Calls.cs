using Relay.Contracts;
using Relay.Hub.Admission;
using Relay.Hub.Observability;
using Relay.Hub.Protocol;

namespace Relay.Hub.Sessions;

// What the client asks for. One call at a time: SignalR runs a connection's invocations one after the other.
internal sealed partial class Session
{
    public void Register(RegisterRequest? request)
    {
        // One that was refused, or was silent for too long, must not take a healthy connection's place on its way out.
        if (HasEnded)
            return;

        if (Peer is not null)
        {
            RefuseFault(new Refusal(ErrorCode.AlreadyRegistered, "This connection is registered already. Open another one for another PeerId."));
            return;
        }

        // Ended since the look above.
        if (_challenge is not { } challenge)
            return;

        using var activity = RelayActivity.Register();
        if (_registry.Admission.Check(request, challenge, _context, out var id) is { } refusal)
        {
            RefuseRegistration(refusal);
            return;
        }

        var resumeFrom = request!.Epoch == _registry.Directory.Epoch ? request.Sequence : 0;
        if (_registry.Enter(id, this, resumeFrom) is not { } peer)
        {
            RefuseRegistration(_registry.Full);
            return;
        }

        // The connection can end while this method runs. Whoever comes second, this line or CloseAsync, sees the other's mark.
        if (HasEnded)
        {
            _registry.Leave(peer, this);
            return;
        }

        CloseRegistration();
        _registry.Logger.Registered(peer.Id);
        Wake();

        void RefuseRegistration(Refusal why)
        {
            activity.Refused(why.Code);
            End(Ending.Refused(why));
        }
    }

    /// <summary>Called under the lock of <paramref name="peer"/>, before anybody else can meet this session there.</summary>
    public void BelongTo(Peer peer) => Peer = peer;

    public void Acknowledge(Acknowledgement? acknowledgement)
    {
        if (!IsRegistered(nameof(IRelayHub.Acknowledge)))
            return;

        // An acknowledgement for another epoch speaks of positions that are gone. Its time is over, and that is no error.
        if (acknowledgement?.Epoch != _registry.Directory.Epoch)
            return;

        var late = acknowledgement.Late ?? [];
        if (late.Count > Options.DeliveryWindowMessages || late.Contains(null!))
        {
            var limit = $"No more than {Options.DeliveryWindowMessages} ranges of positions can be late (Relay:DeliveryWindowMessages), and each needs a first and a last one. {Refusal.Documented}";
            RefuseFault(new Refusal(ErrorCode.Malformed, limit));
        }
        else if (Peer!.Acknowledge(this, acknowledgement.Sequence, acknowledgement.Report, late))
            _acknowledgements.Acknowledge(acknowledgement.Sequence);
        else
            RefuseFault(new Refusal(ErrorCode.Malformed, "The acknowledged position was not delivered on this connection."));
    }

    /// <summary>The client called a method there is none of, or with arguments that do not fit.</summary>
    public void RefuseMalformed()
    {
        if (!HasEnded)
            RefuseFault(new Refusal(ErrorCode.Malformed, UnreadableCall.Explanation));
    }

    private bool IsRegistered(string method)
    {
        // Nobody reads the answers of a connection that has ended, so they must not pile up until it is cut.
        if (HasEnded)
            return false;

        if (Peer is not null)
            return true;

        RefuseFault(new Refusal(ErrorCode.NotRegistered, $"{method} needs a registered connection. Call Register first and wait for Registered."));
        return false;
    }
}
