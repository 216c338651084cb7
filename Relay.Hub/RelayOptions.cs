using System.ComponentModel.DataAnnotations;
using Relay.Contracts;

namespace Relay.Hub;

/// <summary>What an operator can set, in the configuration section <c>Relay</c>.</summary>
/// <remarks>Checked when the application starts: a value out of its range stops the process with its name, value and range.</remarks>
public sealed class RelayOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Relay";

    private const string PathRule = "It must start with '/', name something and be plain, such as '/relay' or '/chat/relay'.";

    /// <summary>Where the hub answers. Starts with a slash; the default is <c>/relay</c>.</summary>
    [Required(ErrorMessage = PathRule), RegularExpression("^(/[A-Za-z0-9_.-]+)+$", ErrorMessage = PathRule)]
    public string Path { get; set; } = RelayProtocol.DefaultPath;

    /// <summary>Bytes in one payload.</summary>
    /// <value>1 to 1,048,576. The default is 65,536: long texts and handshakes fit, files do not belong here.</value>
    [Range(1, 1_048_576)]
    public int MaxPayloadBytes { get; set; } = 65_536;

    /// <summary>Messages in one mailbox. Above it a recipient that is away loses the oldest of whoever sent it the most, and one that is slow makes its senders wait.</summary>
    /// <value>1 to 1,000,000. The default is 1000.</value>
    [Range(1, 1_000_000)]
    public int MailboxMessages { get; set; } = 1000;

    /// <summary>How long a message waits for a recipient that is away.</summary>
    /// <value>One second to thirty days. The default is one hour.</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan MailboxTimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the relay remembers, for somebody who is away, that messages were lost.</summary>
    /// <value>One second to thirty days. The default is one day: long enough for a device that is used daily.</value>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan ReportTimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Bytes all mailboxes may hold together, the relay's own bookkeeping for them included.</summary>
    /// <remarks>Above it messages to recipients that are away are evicted, of whoever has the most of them. Where there are none, new messages are refused.
    /// Losses to be told take three eighths of it more, at the most.</remarks>
    /// <value>1 MiB to 1 TiB. The default is 512 MiB.</value>
    [Range(1L << 20, 1L << 40)]
    public long MailboxesBytes { get; set; } = 512L << 20;

    /// <summary>Bytes held for a PeerId that has not registered since the relay started, bookkeeping included. Above it messages are refused.</summary>
    /// <value>1 KiB to 1 TiB. The default is 1 MiB.</value>
    [Range(1L << 10, 1L << 40)]
    public long StrangerMailboxBytes { get; set; } = 1L << 20;

    /// <summary>Bytes held of one sender for all such PeerIds together, bookkeeping included. Above it messages are refused.</summary>
    /// <value>1 KiB to 1 TiB. The default is 16 MiB.</value>
    [Range(1L << 10, 1L << 40)]
    public long StrangerBytesPerSender { get; set; } = 16L << 20;

    /// <summary>Messages delivered to a recipient and not yet acknowledged, at the most.</summary>
    /// <value>1 to 65,536. The default is 256.</value>
    [Range(1, 65_536)]
    public int DeliveryWindowMessages { get; set; } = 256;

    /// <summary>Bytes of payload delivered to a recipient and not yet acknowledged, at the most. One message always goes.</summary>
    /// <value>1 to 67,108,864. The default is 1 MiB.</value>
    [Range(1, 64 << 20)]
    public int DeliveryWindowBytes { get; set; } = 1 << 20;

    /// <summary>Messages a sender may have handed over without an answer.</summary>
    /// <value>1 to 65,536. The default is 256.</value>
    [Range(1, 65_536)]
    public int SendWindowMessages { get; set; } = 256;

    /// <summary>Bytes of payload a sender may have handed over without an answer. One message always goes.</summary>
    /// <value>1 to 67,108,864. The default is 1 MiB.</value>
    [Range(1, 64 << 20)]
    public int SendWindowBytes { get; set; } = 1 << 20;

    /// <summary>Messages one sender may hand over in a second; a second's worth at once. What the client gets wrong costs ten each.</summary>
    /// <value>1 to 1,000,000,000. The default is 5000: no person writes as fast, and no program by accident.</value>
    [Range(1, 1_000_000_000)]
    public int SenderMessagesPerSecond { get; set; } = 5000;

    /// <summary>Bytes of payload one sender may hand over in a second; a second's worth at once. One call always goes after a pause.</summary>
    /// <value>1024 to 1 TiB. The default is 16 MiB.</value>
    [Range(1L << 10, 1L << 40)]
    public long SenderBytesPerSecond { get; set; } = 16 << 20;

    /// <summary>Peers that may be connected at the same time.</summary>
    /// <value>1 to 1,000,000. The default is 10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxPeers { get; set; } = 10_000;

    /// <summary>How long a connection may take to register before the relay closes it.</summary>
    /// <value>100 ms to one minute. The default is 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan RegistrationTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the relay pings a connection.</summary>
    /// <value>One second to five minutes. The default is 10 s.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may be silent, pings included, before its connection counts as lost. At least twice <see cref="KeepAliveInterval"/>.</summary>
    /// <value>Two seconds to ten minutes. The default is 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan ClientTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stopping relay takes, at most, to tell its clients.</summary>
    /// <value>Zero to one minute. The default is 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The addresses by which clients dial this relay, each a scheme, a host and a port if it is not the scheme's own: <c>https://relay.example.com</c>.</summary>
    /// <remarks>
    /// A client proves its PeerId to the address it has dialled. With none set here that is compared with the request's
    /// <c>Host</c>, which whoever forwards the request can choose: only with this set can no other relay pass on this one's challenge.
    /// </remarks>
    public IList<string> Origins { get; } = [];

    /// <summary>Whether PeerIds that are plain names may register. Nobody can prove to own a name: for trying things out only.</summary>
    /// <value>The default is false; <c>Relay.Server</c> sets it in the Development environment.</value>
    public bool AllowNamedPeers { get; set; }

    /// <summary>Connections that have not registered yet, of all addresses together. Above it new ones are refused.</summary>
    /// <value>1 to 1,000,000. The default is 1000.</value>
    [Range(1, 1_000_000)]
    public int MaxUnregisteredConnections { get; set; } = 1000;

    /// <summary>The same from one address. Addresses of this machine itself are not limited.</summary>
    /// <value>1 to 1,000,000. The default is 50.</value>
    [Range(1, 1_000_000)]
    public int MaxUnregisteredConnectionsPerAddress { get; set; } = 50;

    /// <summary>Connections from one address, registered or not. Addresses of this machine itself are not limited.</summary>
    /// <value>1 to 1,000,000. The default is 250.</value>
    [Range(1, 1_000_000)]
    public int MaxConnectionsPerAddress { get; set; } = 250;

    /// <summary>New connections from one address in a minute; as many may come at once. Addresses of this machine itself are not limited.</summary>
    /// <value>1 to 1,000,000. The default is 600.</value>
    [Range(1, 1_000_000)]
    public int ConnectionsPerAddressPerMinute { get; set; } = 600;

    /// <summary>Registrations of one PeerId in a minute; as many may come at once.</summary>
    /// <value>1 to 1,000,000. The default is 120.</value>
    [Range(1, 1_000_000)]
    public int RegistrationsPerPeerPerMinute { get; set; } = 120;

    /// <summary>PeerIds that may not register. One that is added while it is connected is disconnected.</summary>
    public ISet<string> BannedPeers { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Network addresses from which nobody may connect, and ranges of them: <c>203.0.113.7</c>, <c>203.0.113.0/24</c>, <c>2001:db8::/32</c>.</summary>
    public IList<string> BannedAddresses { get; } = [];

    /// <summary>The PeerIds that alone may register. With none, every PeerId may that is not banned.</summary>
    public ISet<string> AllowedPeers { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>A text file with more of these lists, one entry a line: <c>ban PEERID</c>, <c>ban ADDRESS</c>, <c>allow PEERID</c>. Read again when it changes.</summary>
    /// <value>A path, from the application's content root if it is relative. Empty by default: none.</value>
    public string AccessFile { get; set; } = "";

    /// <summary>Origins of web pages that may use this relay from their visitors' browsers, such as <c>https://chat.example.com</c>; <c>*</c> for all.</summary>
    /// <remarks>Pages from the relay's own host, and from <see cref="Origins"/>, always may. Programs that are no browsers are not concerned.</remarks>
    public IList<string> AllowedWebOrigins { get; } = [];

    /// <summary>Addresses of reverse proxies, or ranges of them, whose word counts for where a request comes from, and for which host it was.</summary>
    /// <remarks>
    /// <c>Relay.Server</c> then takes the headers <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> from them and from nobody else. An application that hosts the hub
    /// does so by ASP.NET Core's forwarded headers middleware.
    /// </remarks>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>Messages in one <c>Relay</c> or <c>Deliver</c> call: the number from which batching stops paying.</summary>
    internal const int MaxBatchMessages = 128;

    /// <summary>Bytes of payload in one <c>Relay</c> or <c>Deliver</c> call. A single larger message goes alone.</summary>
    internal const int MaxBatchBytes = 128 << 10;

    /// <summary>
    /// The largest frame SignalR reads. A frame above it ends the connection, so it leaves room for a payload well over
    /// the limit to be answered with an error, and for base64 in JSON.
    /// </summary>
    internal int MaxFrameBytes => 4 * Math.Max(MaxPayloadBytes, MaxBatchBytes);

    internal RelayLimits Limits => new()
    {
        MaxPayloadBytes = MaxPayloadBytes,
        SendWindowMessages = SendWindowMessages,
        SendWindowBytes = SendWindowBytes,
        MaxBatchMessages = MaxBatchMessages,
        MaxBatchBytes = MaxBatchBytes,
        DeliveryWindowMessages = DeliveryWindowMessages,
        DeliveryWindowBytes = DeliveryWindowBytes,
        SenderMessagesPerSecond = SenderMessagesPerSecond,
        SenderBytesPerSecond = SenderBytesPerSecond,
    };
}
