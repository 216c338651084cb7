using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Limits;

/// <summary>Every limit that trips says to the operator which setting it was, its value and where it is documented; and to the client, if there is one that can hear it.</summary>
public sealed class EverySettingTests
{
    /// <summary>How each setting that limits something is reached. Whoever adds a setting adds a line here, or says below that it limits nothing.</summary>
    private static readonly Dictionary<string, Limit> Limits = new()
    {
        [nameof(RelayOptions.MaxPayloadBytes)] = new("100", SendTooLarge, ErrorCode.PayloadTooLarge),
        [nameof(RelayOptions.MailboxMessages)] = new("3", relay => SendToAbsent(relay, 4)),
        [nameof(RelayOptions.MailboxTimeToLive)] = new("00:30:00", LetExpire),
        [nameof(RelayOptions.ReportTimeToLive)] = new("02:00:00", LeaveALossUntold),
        [nameof(RelayOptions.MailboxesBytes)] = new("1048576", relay => SendToAbsent(relay, 20, 60_000)),
        [nameof(RelayOptions.StrangerMailboxBytes)] = new("4096", relay => SendToStranger(relay, "stranger"), ErrorCode.StrangerQuotaExceeded),
        [nameof(RelayOptions.StrangerBytesPerSender)] = new("4096", relay => SendToStranger(relay, null), ErrorCode.StrangerQuotaExceeded),
        [nameof(RelayOptions.SendWindowMessages)] = new("3", relay => SendToSlow(relay, 6, 1), ErrorCode.SendWindowExceeded, ("MailboxMessages", "1")),
        [nameof(RelayOptions.SendWindowBytes)] = new("1000", relay => SendToSlow(relay, 4, 600), ErrorCode.SendWindowExceeded, ("MailboxMessages", "1")),
        [nameof(RelayOptions.SenderMessagesPerSecond)] = new("10", relay => SendFast(relay, 30, 1), ErrorCode.SendRateExceeded),
        [nameof(RelayOptions.SenderBytesPerSecond)] = new("2048", relay => SendFast(relay, 30, 1000), ErrorCode.SendRateExceeded),
        [nameof(RelayOptions.MaxPeers)] = new("1", EnterTwo, ErrorCode.ServerFull),
        [nameof(RelayOptions.RegistrationTimeout)] = new("00:00:01", NeverRegister, ErrorCode.RegistrationTimeout),
        [nameof(RelayOptions.ClientTimeout)] = new("00:00:02", BeSilent, null, ("KeepAliveInterval", "00:00:01")),
        [nameof(RelayOptions.DrainTimeout)] = new("00:00:01", StopWithMessagesOnTheWay),
        [nameof(RelayOptions.MaxUnregisteredConnections)] = new("1", relay => ConnectFrom(relay, 503, "203.0.113.1", "203.0.113.2")),
        [nameof(RelayOptions.MaxUnregisteredConnectionsPerAddress)] = new("1", relay => ConnectFrom(relay, 429, "203.0.113.1", "203.0.113.1")),
        [nameof(RelayOptions.MaxConnectionsPerAddress)] = new("1", relay => ConnectFrom(relay, 429, "203.0.113.1", "203.0.113.1")),
        [nameof(RelayOptions.ConnectionsPerAddressPerMinute)] = new("1", relay => ConnectFrom(relay, 429, "203.0.113.1", "203.0.113.1")),
        [nameof(RelayOptions.RegistrationsPerPeerPerMinute)] = new("1", RegisterTwice, ErrorCode.RateLimited),
    };

    /// <summary>Settings with a range that no client runs into: how often the relay pings, and how much it sends ahead, which only makes it wait.</summary>
    private static readonly string[] NoLimits =
        [nameof(RelayOptions.KeepAliveInterval), nameof(RelayOptions.DeliveryWindowMessages), nameof(RelayOptions.DeliveryWindowBytes)];

    public static TheoryData<string> Names => [.. Limits.Keys];

    [Fact]
    public void No_setting_is_left_out() => Assert.Equal(
        typeof(RelayOptions).GetProperties().Where(property => property.IsDefined(typeof(RangeAttribute), true)).Select(property => property.Name).Order(),
        [.. Limits.Keys.Concat(NoLimits).Order()]);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_limit_that_trips_says_its_setting_and_its_value_and_where_it_is_documented(string name)
    {
        var (value, trip, code, more) = Limits[name];
        var time = new FakeTimeProvider();
        await using var relay = RelayApp.OnSockets(
            services =>
            {
                services.AddSingleton(time);
                if (name.EndsWith("TimeToLive", StringComparison.Ordinal))
                    services.AddSingleton<TimeProvider>(time);
            },
            [(name, value), ("TrustedProxies:0", "127.0.0.1"), .. more]);

        var clients = await trip(relay);

        await Eventually.Is(
            $"the log says that it was Relay:{name}, and {value}",
            () => relay.Logs.Entries.Any(entry => entry.Id.Id != 0 && IsSaidBy(entry.Message, name, value)));
        if (code is { } error)
            await Eventually.Is($"the client is told the same, as {error}", () => clients.Any(client => client.All<RelayError>().Any(
                told => told.Code == (int)error && IsSaidBy(told.Message!, name, value))));
    }

    private static bool IsSaidBy(string words, string setting, string value) =>
        words.Contains($"Relay:{setting}", StringComparison.Ordinal) && words.Contains(value, StringComparison.Ordinal) && words.Contains("docs/", StringComparison.Ordinal);

    private static async Task<RawPeer[]> SendTooLarge(RelayApp relay)
    {
        var alice = await relay.Enter("alice");
        await alice.Send("bob", new byte[101]);
        return [alice];
    }

    private static async Task<RawPeer[]> SendToAbsent(RelayApp relay, int count, int bytes = 1)
    {
        var alice = await relay.Enter("alice");
        await relay.Leave(await relay.Enter("bob"), "bob");
        for (var i = 0; i < count; i++)
            await alice.Send("bob", new byte[bytes]);
        await alice.SeesAnswers(count);
        return [alice];
    }

    private static async Task<RawPeer[]> LetExpire(RelayApp relay)
    {
        var clients = await SendToAbsent(relay, 1);
        await Pass(relay, TimeSpan.FromMinutes(31));
        return clients;
    }

    private static async Task<RawPeer[]> LeaveALossUntold(RelayApp relay)
    {
        var clients = await SendToAbsent(relay, 1);
        await relay.Leave(clients[0], "alice");
        await Pass(relay, TimeSpan.FromMinutes(61));
        await Pass(relay, TimeSpan.FromMinutes(121));
        return clients;
    }

    private static async Task Pass(RelayApp relay, TimeSpan time)
    {
        // Whatever waits for its turn has to be waiting: one sweep, and then the time that is meant.
        relay.Services.GetRequiredService<FakeTimeProvider>().Advance(TimeSpan.FromSeconds(10));
        await Task.Yield();
        relay.Services.GetRequiredService<FakeTimeProvider>().Advance(time);
    }

    private static async Task<RawPeer[]> SendToStranger(RelayApp relay, string? stranger)
    {
        var alice = await relay.Enter("alice");
        for (var i = 0; i < 5; i++)
            await alice.Send(stranger ?? $"stranger{i}", new byte[1000]);
        return [alice];
    }

    private static async Task<RawPeer[]> SendToSlow(RelayApp relay, int count, int bytes)
    {
        var alice = await relay.Enter("alice");
        await relay.Enter("slow");
        for (var i = 0; i < count; i++)
            await alice.Send("slow", new byte[bytes]);
        return [alice];
    }

    private static async Task<RawPeer[]> SendFast(RelayApp relay, int count, int bytes)
    {
        var alice = await relay.Enter("alice");
        for (var i = 0; i < count; i++)
            await alice.Send("bob", new byte[bytes]);
        return [alice];
    }

    private static async Task<RawPeer[]> EnterTwo(RelayApp relay)
    {
        await relay.Enter("alice");
        var bob = relay.NewPeer();
        await bob.Connect();
        await bob.Register("bob");
        return [bob];
    }

    private static async Task<RawPeer[]> NeverRegister(RelayApp relay)
    {
        var stranger = relay.NewPeer();
        await stranger.Connect();
        return [stranger];
    }

    private static async Task<RawPeer[]> BeSilent(RelayApp relay)
    {
        var carol = relay.NewPeer();
        carol.Connection.KeepAliveInterval = TimeSpan.FromMinutes(1);
        await carol.Enter("carol");
        return [carol];
    }

    private static async Task<RawPeer[]> StopWithMessagesOnTheWay(RelayApp relay)
    {
        var alice = await relay.Enter("alice");
        var bob = await relay.Enter("bob");
        await alice.Send("bob", "never acknowledged");
        await bob.SeesMessages(1);
        await relay.Stop();
        return [];
    }

    private static async Task<RawPeer[]> RegisterTwice(RelayApp relay)
    {
        await relay.Enter("alice");
        var again = relay.NewPeer(transport: HttpTransportType.WebSockets);
        await again.Connect();
        await again.Register("alice");
        return [again];
    }

    private static async Task<RawPeer[]> ConnectFrom(RelayApp relay, int refusal, string one, string other)
    {
        using var first = await Stranger.Connect(relay.Url);
        Assert.Equal(101, (await first.AskForWebSocket(one)).Status);
        using var second = await Stranger.Connect(relay.Url);
        var (status, answer) = await second.AskForWebSocket(other);

        // These hear it in an answer to their request.
        Assert.Equal(refusal, status);
        Assert.Contains("docs/operating.md describes this setting", answer, StringComparison.Ordinal);
        return [];
    }

    private sealed record Limit(string Value, Func<RelayApp, Task<RawPeer[]>> Trip, ErrorCode? Code = null, params (string Name, string Value)[] More);
}
