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

    /// <summary>Whether nothing is to come of these any more: each has arrived, or its sender was told that it does not, or need not.</summary>
    public bool AreSettled(IEnumerable<SentMessage> messages) => HaveArrived(messages.Where(message => !Peers[message.From].WasToldOfEnd(message)));

    public bool HaveArrived(IEnumerable<SentMessage> messages) => messages.GroupBy(message => message.To).All(group => Peers[group.Key].HasReceived(group));
}
