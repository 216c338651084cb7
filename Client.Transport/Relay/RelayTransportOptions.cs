using Microsoft.AspNetCore.Http.Connections.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Which relay, as whom, and how patiently.</summary>
public sealed record RelayTransportOptions
{
    /// <summary>The relay's address: <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>. Without a path, <c>/relay</c> is meant.</summary>
    public required Uri Url { get; init; }

    /// <summary>The key whose <see cref="PeerKey.PeerId"/> to register, and to prove. Null to register a plain name.</summary>
    /// <remarks>It stays its owner's, who disposes it after the transport.</remarks>
    public PeerKey? Key { get; init; }

    /// <summary>The PeerId to register. Need not be set where <see cref="Key"/> is, and must be its PeerId if it is.</summary>
    public PeerId Peer
    {
        get => field == default && Key is not null ? Key.PeerId : field;
        init;
    }

    /// <summary>How long one attempt to connect may take, registration not counted. The default is 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a registration may take, the wait for the relay's challenge included. The default is 5 s.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first failed attempt. It doubles with each further one; each is shortened by a random part of up to a half. The default is 1 s.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest pause between attempts. There is no last attempt. The default is 30 s. A relay that refuses can ask for a longer
    /// one, up to a quarter of an hour; until then whatever needs a connection fails at once, with the relay's reason.
    /// </summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often this side pings the relay. The default is 10 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the relay may be silent, pings included, before the connection counts as lost. The default is 30 s.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether to go on with long polling where something on the way, such as a proxy, lets no WebSockets through. The default is true.</summary>
    /// <remarks>
    /// Each attempt tries WebSockets first, and long polling only after an HTTP answer that is none of a relay's. Long polling costs more
    /// and takes longer, a request for each batch. It needs the same relay process behind every request: no load balancer, or a sticky one.
    /// </remarks>
    public bool AllowLongPolling { get; init; } = true;

    /// <summary>Message ids remembered for each sender, to drop what comes twice. The default is 4096.</summary>
    public int RememberedIds { get; init; } = 4096;

    /// <summary>Changes the HTTP connection before each attempt: a proxy, a client certificate, a certificate to trust.</summary>
    public Action<HttpConnectionOptions>? ConfigureHttp { get; init; }

    /// <summary>Where the pauses get their random part. Seed it in tests.</summary>
    public Random Random { get; init; } = Random.Shared;

    internal void Validate()
    {
        if (Peer == default)
            throw new ArgumentException($"Whom should the transport register? Set {nameof(Key)}, or {nameof(Peer)} to a plain name.");
        if (Key is not null && Peer != Key.PeerId)
            throw new ArgumentException($"{nameof(Peer)} is not the PeerId of {nameof(Key)}. Leave {nameof(Peer)} out: the key knows its own.");
    }
}
