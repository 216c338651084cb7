namespace Relay.Hub.Mailboxes;

/// <summary>What all mailboxes of a relay have in common.</summary>
/// <param name="Capacity">Messages in one of them.</param>
internal sealed record MailboxCommons(
    int Capacity, TimeSpan TimeToLive, MailboxBudget Budget, SenderTotals Totals, StrangerLimits Strangers, TimeProvider Time);
