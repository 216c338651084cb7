using Relay.Contracts;

namespace Client.Transport;

/// <summary>Compares (sender, id) pairs. The id alone makes the hash: it is random, and hashing a PeerId's text costs more.</summary>
internal static class SenderAndId
{
    public static IEqualityComparer<(PeerId, MessageId)> Comparer { get; } =
        EqualityComparer<(PeerId Sender, MessageId Id)>.Create(
            (one, other) => one.Id == other.Id && one.Sender == other.Sender,
            key => key.Id.GetHashCode());
}
