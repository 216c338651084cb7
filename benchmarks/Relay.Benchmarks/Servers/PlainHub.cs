using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace Relay.Benchmarks.Servers;

/// <summary>What the plain hub tells a client.</summary>
public interface IPlainClient
{
    Task Receive(string from, byte[] payload);
}

/// <summary>
/// The relay one writes on the first day: a typed hub that looks up the recipient's connection id and sends to it. It keeps nothing,
/// and promises nothing.
/// </summary>
/// <remarks>
/// As fast as this design goes: MessagePack, no result of the client, the same ping intervals as the relay has. The send is
/// awaited, as every guide to SignalR asks for, so a slow recipient slows whoever writes to it instead of filling memory.
/// </remarks>
public sealed class PlainHub : Hub<IPlainClient>
{
    private static readonly ConcurrentDictionary<string, string> ConnectionIds = new(StringComparer.Ordinal);
    private static readonly object NameKey = new();

    internal static void Add(IServiceCollection services) =>
        services.AddSignalR(options =>
        {
            options.KeepAliveInterval = TimeSpan.FromSeconds(10);
            options.ClientTimeoutInterval = TimeSpan.FromSeconds(30);
            options.MaximumReceiveMessageSize = 1 << 20;
            options.DisableImplicitFromServicesParameters = true;
        }).AddMessagePackProtocol();

    internal static void Map(WebApplication app) => app.MapHub<PlainHub>("/hub");

    public void Register(string name)
    {
        Context.Items[NameKey] = name;
        ConnectionIds[name] = Context.ConnectionId;
    }

    public Task Send(string to, byte[] payload) =>
        ConnectionIds.TryGetValue(to, out var connectionId)
            ? Clients.Client(connectionId).Receive((string)Context.Items[NameKey]!, payload)
            : Task.CompletedTask;

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        if (Context.Items.TryGetValue(NameKey, out var name))
            ConnectionIds.TryRemove(KeyValuePair.Create((string)name!, Context.ConnectionId));
        return Task.CompletedTask;
    }
}
