using System.Net;
using Client.Transport.Relay;
using Microsoft.AspNetCore.Http.Connections;
using Relay.Contracts;
using TermChat.Identity;

namespace TermChat.Commands.Doctor;

/// <summary>What the examination knows so far. Each step finds what those before it have learned.</summary>
internal sealed class Case(Func<Profile> openProfile, Func<Profile, RelayAddress> chooseRelay, TimeProvider time) : IDisposable
{
    private Uri? _hub;

    public Func<Profile> OpenProfile => openProfile;

    public Func<Profile, RelayAddress> ChooseRelay => chooseRelay;

    public TimeProvider Time => time;

    /// <summary>From the profile step on.</summary>
    public Profile Profile { get; set; } = null!;

    /// <summary>From the profile step on.</summary>
    public PeerKey Key { get; set; } = null!;

    /// <summary>The relay's address as a person wrote it; from the configuration step on.</summary>
    public Uri Relay { get; set; } = null!;

    /// <summary>Where the relay's hub is, as http or https.</summary>
    public Uri Hub => _hub ??= RelayUrl.ToHub(Relay);

    public bool IsSecure => Hub.Scheme == Uri.UriSchemeHttps;

    /// <summary>The proxy this machine is set to use for the relay; null for none.</summary>
    public Uri? Proxy => HttpClient.DefaultProxy.GetProxy(Hub);

    /// <summary>The machine to connect to first: the relay, or the proxy on the way.</summary>
    public Uri FirstHop => Proxy ?? Hub;

    /// <summary>Of <see cref="FirstHop"/>; from the DNS step on.</summary>
    public IPAddress[] Addresses { get; set; } = [];

    /// <summary>How messages get through; from the WebSocket step on.</summary>
    public HttpTransportType Way { get; set; } = HttpTransportType.WebSockets;

    public void Dispose() => Key?.Dispose();
}
