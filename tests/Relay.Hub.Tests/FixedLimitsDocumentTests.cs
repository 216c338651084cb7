using System.Globalization;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.Options;
using Relay.Hub.Admission;
using Relay.Hub.LongPolling;
using Relay.Hub.Mailboxes;
using Relay.Hub.Sessions;
using Relay.Hub.WebSockets;
using TestKit;

namespace Relay.Hub.Tests;

/// <summary>The table of limits that are no settings, in <c>docs/operating.md</c>, has the values of the code.</summary>
public sealed class FixedLimitsDocumentTests
{
    private static readonly string Table = Repository.Read("docs", "operating.md").Split("\n## Limits that are no settings\n")[1].Split("\n## ")[0];

    public static TheoryData<string, string> Limits => new()
    {
        { "messages in one call", Text(RelayOptions.MaxBatchMessages) },
        { "payload in one call of more than one message", $"{Text(RelayOptions.MaxBatchBytes)} bytes" },
        { "time for a client to read what it was sent", $"{WebSocketConnections.SendTimeout.TotalSeconds} s" },
        { "time from one poll to the next", $"{new PollingClients(Options.Create(new ConnectionOptions())).Patience.TotalSeconds} s" },
        { "answers that wait for a client to read them", $"{Text(Outbox.LeastCapacity)}, or `SendWindowMessages` if that is more" },
        { "ids of lost messages kept for one sender that was not told", Text(DropReports.MaxIds) },
        { "PeerIds that have been here", $"the last {Text(new KnownPeers().Generation)}" },
        { "PeerIds, and addresses, whose rates are remembered", $"the last {Text(ConnectionLimits.RememberedAddresses / 2)} within a minute" },
        { "ids of lost messages kept together", "a quarter of `MailboxesBytes`" },
        { "time on the way out, for the last word and for the closing of a WebSocket", $"{Session.Grace.TotalSeconds} s and {WebSocketConnections.CloseTimeout.TotalSeconds} s" },
        { "reports of losses told to a client and not acknowledged", Text(DropReports.MaxTold) },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void A_limit_is_documented_as_it_is(string limit, string value) =>
        Assert.Contains($"| {limit} | {value} |", Table, StringComparison.Ordinal);

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
