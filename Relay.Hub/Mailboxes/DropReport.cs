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
    /// What an id takes here and in the index, report and PeerId included, where each is for another recipient; where many are for
    /// one it is 90 bytes (measured: docs/decisions/0022).
    /// </summary>
    public const int IdCost = 420;
}
