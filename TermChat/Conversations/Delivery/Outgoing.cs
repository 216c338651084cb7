using Relay.Contracts;
using TermChat.Conversations.Storage;
using TermChat.Sessions;

namespace TermChat.Conversations.Delivery;

/// <summary>A message of the outbox, and where its latest copy is. Belongs to the loop of the <see cref="ChatEngine"/>.</summary>
internal sealed class Outgoing(StoredMessage stored)
{
    public StoredMessage Stored { get; } = stored;

    /// <summary>
    /// What the transports know the copy by. The first attempt bears the message's own id, so that a retry after a crash meets
    /// the copy it repeats. Later copies have ids of their own: the same one would be dropped on its way as a repeat, and
    /// they are sent because the first was lost, could not be read, or its acknowledgement was lost.
    /// </summary>
    public MessageId Envelope { get; set; } = stored.Id;

    /// <summary>Counts up with every copy handed over, over all messages. 0: none in this run of the program.</summary>
    public long Transmission { get; set; }

    /// <summary>The session the latest copy is encrypted in.</summary>
    public SessionId Session { get; set; }

    /// <summary>The latest copy can be read by a peer that has lost every session.</summary>
    public bool StandsAlone { get; set; }

    /// <summary>The next copy asks a peer that says nothing: it has to be readable by one that has lost every session.</summary>
    public bool IsQuestion { get; set; }

    /// <summary>Handed to the transport, which has not answered.</summary>
    public bool IsUnderWay { get; set; }

    /// <summary>The loss of the latest copy was heard of before its acceptance: the one comes from a callback, the other from a task.</summary>
    public bool IsLost { get; set; }
}
