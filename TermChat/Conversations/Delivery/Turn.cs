namespace TermChat.Conversations.Delivery;

/// <summary>What one turn of the loop is about to do, in three steps: change the database, then act, then tell.</summary>
internal sealed class Turn
{
    private readonly HashSet<ChatChange> _told = [];

    /// <summary>Run in one transaction; run again if that fails, so they change nothing but the database and <see cref="Outcomes"/>.</summary>
    public List<Action> Changes { get; } = [];

    /// <summary>What follows from the changes. Run, in order, when they are on the disk.</summary>
    public List<Action> Outcomes { get; } = [];

    /// <summary>Messages to acknowledge to the transport when they are on the disk.</summary>
    public List<Client.Transport.ReceivedMessage> Packets { get; } = [];

    public IReadOnlyCollection<ChatChange> Told => _told;

    public bool IsOutboxChanged { get; set; }

    public void Tell(ChatChange change) => _told.Add(change);

    public void Clear()
    {
        Changes.Clear();
        Outcomes.Clear();
        Packets.Clear();
        _told.Clear();
        IsOutboxChanged = false;
    }
}
