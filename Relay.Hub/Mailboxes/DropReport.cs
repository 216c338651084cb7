using Relay.Contracts;

namespace Relay.Hub.Mailboxes;

/// <summary>Messages of one sender to one recipient that were lost for one reason.</summary>
/// <param name="Number">Counts up for each sender.</param>
/// <param name="Recipient">Null when there was no room to remember more than how many were lost.</param>
internal sealed record DropReport(long Number, PeerId? Recipient, DropReason Reason, long CreatedAt)
{
    public List<MessageId> Ids { get; } = [];

    public long Count { get; set; }

    /// <summary>
    /// What is charged for an id here and in the index. Measured, it is 90 bytes where many are for one recipient, and 420 where each is for another
    /// key, report and PeerId included (docs/decisions/0022).
    /// </summary>
    public const int IdCost = 64;
}
