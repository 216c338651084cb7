using Microsoft.AspNetCore.Http.Connections.Client;
using Relay.Contracts;

namespace Client.Transport.Relay;

/// <summary>Which relay, as whom, and how patiently.</summary>
public sealed record RelayTransportOptions
{
    /// <summary>The relay's address: <c>http</c>, <c>https</c>, <c>ws</c> or <c>wss</c>. Without a path, <c>/relay</c> is meant.</summary>
    public required Uri Url { get; init; }

    /// <summary>The PeerId to register.</summary>
    public required PeerId Peer { get; init; }

    /// <summary>How long one attempt to connect may take, registration not counted. The default is 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the relay may take to answer a registration. The default is 5 s.</summary>
    public TimeSpan RegistrationTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the first failed attempt. It doubles with each further one; each is shortened by a random part of up to a half. The default is 1 s.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts. There is no last attempt. The default is 30 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often this side pings the relay. The default is 10 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the relay may be silent, pings included, before the connection counts as lost. The default is 30 s.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Message ids remembered for each sender, to drop what comes twice. The default is 4096.</summary>
    public int RememberedIds { get; init; } = 4096;

    /// <summary>Changes the HTTP connection before each attempt: a proxy, a client certificate, a certificate to trust.</summary>
    public Action<HttpConnectionOptions>? ConfigureHttp { get; init; }

    /// <summary>Where the pauses get their random part. Seed it in tests.</summary>
    public Random Random { get; init; } = Random.Shared;

}
