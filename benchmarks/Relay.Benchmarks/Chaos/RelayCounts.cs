namespace Relay.Benchmarks.Chaos;

/// <summary>What a relay has to count the same whenever the same peers are connected and nothing is under way.</summary>
internal sealed record RelayCounts(int Connections, int Peers, int Mailboxes, long MailboxMessages, long MailboxBytes);
