using System.Diagnostics.Metrics;

namespace Relay.Hub.Observability;

/// <summary>How much of everything the relay has at this moment, published by the meter <see cref="RelayMetrics.MeterName"/>.</summary>
/// <remarks>Apart from <see cref="RelayMetrics"/>, which those use that these look at.</remarks>
internal sealed class RelayGauges
{
    private static readonly KeyValuePair<string, object?> Registered = new("registered", "true");
    private static readonly KeyValuePair<string, object?> Unregistered = new("registered", "false");

    public RelayGauges(IMeterFactory meters, RelayStatus status)
    {
        var meter = meters.Create(RelayMetrics.MeterName);
        meter.CreateObservableGauge("termchat.relay.sessions", () => Sessions(status.Read()), "{session}", "Open connections");
        Gauge("termchat.relay.peers.limit", now => now.MaxPeers, "{peer}", "Relay:MaxPeers");
        Gauge("termchat.relay.mailboxes", now => now.Mailboxes, "{mailbox}", "Peers that are connected or have something waiting");
        Gauge("termchat.relay.mailbox.messages", now => now.MailboxMessages, "{message}", "Messages in all mailboxes");
        Gauge("termchat.relay.mailbox.bytes", now => now.MailboxBytes, "By", "Bytes in all mailboxes, bookkeeping included");
        Gauge("termchat.relay.mailbox.bytes.limit", now => now.MaxMailboxBytes, "By", "Relay:MailboxesBytes");

        void Gauge(string name, Func<RelaySnapshot, long> value, string unit, string description) =>
            meter.CreateObservableGauge(name, () => value(status.Read()), unit, description);
    }

    private static Measurement<long>[] Sessions(RelaySnapshot now) =>
        [new(now.Peers, Registered), new(Math.Max(0, now.Connections - now.Peers), Unregistered)];
}
