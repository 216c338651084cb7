using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>How often one PeerId may register. The last of the relay's own policies: what others refuse uses nothing up.</summary>
/// <remarks>Asked only about PeerIds that are proven, so nobody can use up the registrations of a key that is somebody else's.</remarks>
internal sealed class RegistrationRatePolicy(IOptions<RelayOptions> options, TimeProvider time, ILogger<RelayHub> logger) : IAdmissionPolicy
{
    // 19 MB at the most, measured: 186 bytes each, 152 of them the text of a key.
    private const int Capacity = 100_000;

    private readonly RateLimit<PeerId> _rate = new(
        options.Value.RegistrationsPerPeerPerMinute, Capacity, time, logger.WhenMemoryIsLimited(time, LimitWords.TooManyRegistering(Capacity / 2, options.Value)));

    public Refusal? Check(PeerId peer, IPAddress? address) => _rate.TryTake(peer, out var retryAfter)
        ? null
        : new Refusal(
            ErrorCode.RateLimited,
            $"This PeerId registers more often than {options.Value.RegistrationsPerPeerPerMinute} times a minute (Relay:RegistrationsPerPeerPerMinute). " +
            $"Do two devices fight over it? {Refusal.Documented}",
            retryAfter);
}
