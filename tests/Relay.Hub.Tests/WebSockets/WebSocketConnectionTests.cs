using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using Relay.Hub.WebSockets;
using TestKit;

namespace Relay.Hub.Tests.WebSockets;

/// <summary>A relay that stops speaks to every connection, and the beat to those that are stuck: some are over by then.</summary>
public sealed class WebSocketConnectionTests
{
    [Fact]
    public async Task A_connection_that_is_over_may_still_be_asked_to_close_and_be_aborted()
    {
        var last = new LastConnection();
        await using var relay = await RelayHost.StartAsync(services: services => services.Configure<HubOptions<RelayHub>>(hub => hub.AddFilter(last)));
        await using var client = new HubConnectionBuilder()
            .WithUrl(new Uri(relay.Url, RelayProtocol.DefaultPath), HttpTransportType.WebSockets, http => http.SkipNegotiation = true)
            .Build();
        await client.StartAsync(TestContext.Current.CancellationToken);
        var connection = await last.Opened.WaitAsync(Eventually.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await Eventually.Is("its request has ended", () => last.IsOver);

        connection.RequestClose();
        connection.Abort(new ConnectionAbortedException("It is over."));

        // On a thread of the pool, where an exception would end the relay.
        await Eventually.Is("both have come through", () =>
            connection.ConnectionClosedRequested.IsCancellationRequested && connection.ConnectionClosed.IsCancellationRequested);
    }

    private sealed class LastConnection : IHubFilter
    {
        private readonly TaskCompletionSource<WebSocketConnection> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isOver;

        public Task<WebSocketConnection> Opened => _opened.Task;

        public bool IsOver => _isOver;

        public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
        {
            var connection = (WebSocketConnection)context.Context.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>();
            connection.HttpContext!.Response.OnCompleted(() =>
            {
                _isOver = true;
                return Task.CompletedTask;
            });
            _opened.TrySetResult(connection);
            return next(context);
        }
    }
}
