using System.Collections.Concurrent;
using Relay.Contracts;

namespace Relay.Benchmarks.Chaos.Histories;

/// <summary>All that happened in a run, as the applications saw it.</summary>
internal sealed class History(int peers)
{
    private readonly ConcurrentDictionary<MessageId, SentMessage> _byId = new();

    public IReadOnlyList<PeerHistory> Peers { get; } = [.. Enumerable.Range(0, peers).Select(_ => new PeerHistory())];

    public void Add(SentMessage message)
    {
        _byId[message.Id] = message;
        Peers[message.From].Add(message);
    }

    /// <returns>Null if nobody has sent it.</returns>
    public SentMessage? Find(MessageId id) => _byId.GetValueOrDefault(id);
}
