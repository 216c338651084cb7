namespace Relay.Server.Status;

/// <summary>One point of the charts: rates since the point before, and how much there was.</summary>
/// <param name="Number">Counts from 1, without gaps.</param>
internal sealed record StatusSample(
    long Number, double Accepted, double Delivered, double Lost, double Refused, int Peers, long MailboxMessages, long MailboxBytes);
