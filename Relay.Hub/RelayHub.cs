using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using Relay.Hub.Protocol;
using Relay.Hub.Sessions;

namespace Relay.Hub;

/// <summary>The hub itself: hands each call to its connection's session. Specified in <c>docs/protocol.md</c>.</summary>
public sealed class RelayHub : Hub<IRelayClient>, IRelayHub
{
    private readonly SessionRegistry _sessions;

    // Internal types stay out of the public surface: the container makes hubs through this constructor.
    public RelayHub(IServiceProvider services) =>
        _sessions = (SessionRegistry)services.GetService(typeof(SessionRegistry))!;

    /// <summary>No client calls this by accident, and calling it on purpose only gets the answer it stands for.</summary>
    internal const string MalformedMethod = "$malformed";

    private Session Session => Context.Features.GetRequiredFeature<Session>();

    public override Task OnConnectedAsync()
    {
        Context.Features.Set(_sessions.Open(Context));
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception) => _sessions.CloseAsync(Session, exception);

    public Task Register(RegisterRequest request)
    {
        try
        {
            Session.Register(request);
        }
        catch (Exception failure)
        {
            // A policy of the application that hosts the hub, say. SignalR would log it at each call, for as long as the client calls.
            Session.FailRegistration(failure);
        }

        return Task.CompletedTask;
    }

    public Task Relay(RelayRequest request)
    {
        Session.Relay(request);
        return Task.CompletedTask;
    }

    public Task Acknowledge(Acknowledgement acknowledgement)
    {
        Session.Acknowledge(acknowledgement);
        return Task.CompletedTask;
    }

    /// <summary>Stands in for a call that SignalR could not bind; see <c>Protocol/AnsweringProtocol</c>.</summary>
    [HubMethodName(MalformedMethod)]
    public object Malformed()
    {
        Session.RefuseMalformed();
        return UnreadableCall.Instance;
    }
}
