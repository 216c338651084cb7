namespace Relay.Hub.Mailboxes;

/// <summary>How much one delivery may hold, and how much may be delivered without an acknowledgement.</summary>
internal readonly record struct LeaseLimits(int BatchMessages, long BatchBytes, int WindowMessages, long WindowBytes);
