using System.Reflection;
using Microsoft.Extensions.Logging;
using TestKit;

namespace EndToEnd.Tests;

/// <summary>Operators filter and alert by event id: each means one thing, in every program of the house.</summary>
public sealed class LogEventTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private static readonly string[] House = ["Relay.Contracts", "Relay.Hub", "Relay.Server", "Client.Transport", "TermChat"];

    private static (int Id, string Name)[] Events =>
    [
        .. from assembly in House
           from type in Assembly.Load(assembly).GetTypes()
           from method in type.GetMethods(All)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (message.EventId, $"{type.Name}.{method.Name}"),
    ];

    [Fact]
    public void No_event_id_is_used_twice()
    {
        var twice = Events.GroupBy(one => one.Id).Where(same => same.Count() > 1).Select(same => string.Join(" and ", same.Select(one => one.Name)));

        Assert.NotEmpty(Events);
        Assert.Empty(twice);
    }

    [Fact]
    public void Every_event_keeps_its_id_and_its_name() => Approved.Matches(
        string.Join('\n', Events.OrderBy(one => one.Id).Select(one => $"{one.Id} {one.Name.Split('.')[1]}")), "tests", "EndToEnd.Tests", "LogEvents.approved.txt");

    [Fact]
    public void Every_event_has_an_id() => Assert.All(Events, one => Assert.InRange(one.Id, 1000, 9999));
}
