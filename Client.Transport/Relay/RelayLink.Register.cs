using System.Security.Cryptography;
using Microsoft.AspNetCore.SignalR.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

// How a connection becomes a link: the relay's challenge, the answer to it, Registered. A name is registered without the first.
internal sealed partial class RelayLink
{
    private readonly TaskCompletionSource<Challenge> _challenged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RegisterAsync(RelayTransportOptions options, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RegistrationTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var request = options.Key is { } key
                ? Prove(key, await _challenged.Task.WaitAsync(either.Token).ConfigureAwait(false))
                : Claim(options.Peer);
            await SendRegisterAsync(request, either.Token).ConfigureAwait(false);
            await _registered.Task.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var what = options.Key is null || _challenged.Task.IsCompleted
                ? "did not answer the registration"
                : "sent no challenge to prove the PeerId by";
            throw new TransportException(
                TransportError.Timeout, $"The relay {_url} {what} within {options.RegistrationTimeout} (RegistrationTimeout).", late);
        }

        _writing = WriteAsync();
        _acknowledging = AcknowledgeAsync();
    }

    private async Task SendRegisterAsync(RegisterRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.SendAsync(nameof(IRelayHub.Register), request, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // The connection broke after its start, and says only that it is none. The reason is told by its closing, which is on its way.
            throw await _end.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private RegisterRequest Prove(PeerKey key, Challenge challenge)
    {
        // The audience is what this side has dialled. A relay that passes on another's challenge cannot change that.
        var (epoch, sequence) = _inbox.Resume;
        var nonce = RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength);
        return RegistrationProof.TryAnswer(key, challenge, Audience.Of(_url), nonce, epoch, sequence, out var request)
            ? request
            : throw new TransportException(
                TransportError.Io,
                $"The relay {_url} sent a challenge that no relay should: its key or nonce is none. Nothing was proven to it. Is it a TermChat relay?");
    }

    private RegisterRequest Claim(PeerId name)
    {
        var (epoch, sequence) = _inbox.Resume;
        return new RegisterRequest { ProtocolVersion = RelayProtocol.Version, PeerId = name.Value, Epoch = epoch, Sequence = sequence };
    }

    // The first one counts: what a relay says afterwards cannot change what was, or is being, proven.
    private void OnChallenge(Challenge? challenge) => _challenged.TrySetResult(challenge ?? new Challenge());
}
