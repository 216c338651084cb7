using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using Relay.Hub;
using Relay.Hub.Observability;
using Relay.Server.Tests.Attacks;
using TestKit;

namespace Relay.Server.Tests.Limits;

/// <summary>Every limit that trips says to the operator which setting it was, its value and where it is documented; and to the client, if there is one that can hear it.</summary>
public sealed class EverySettingTests
{
    /// <summary>How each setting that limits something is reached. Whoever adds a setting adds a line here, or says below that it limits nothing.</summary>
    private static readonly Dictionary<string, Limit> Limits = new()
    {
        [nameof(RelayOptions.MaxPayloadBytes)] = new("117", SendTooLarge, ErrorCode.PayloadTooLarge),
        [nameof(RelayOptions.MailboxMessages)] = new("17", relay => SendToAbsent(relay, 18)),
        [nameof(RelayOptions.MailboxTimeToLive)] = new("00:30:00", LetExpire),
        [nameof(RelayOptions.ReportTimeToLive)] = new("02:00:00", LeaveALossUntold),
        [nameof(RelayOptions.MailboxesBytes)] = new("1048576", relay => SendToAbsent(relay, 20, 60_000)),
        [nameof(RelayOptions.StrangerMailboxBytes)] = new("4096", relay => SendToStranger(relay, "stranger"), ErrorCode.StrangerQuotaExceeded),
        [nameof(RelayOptions.StrangerBytesPerSender)] = new("4096", relay => SendToStranger(relay, null), ErrorCode.StrangerQuotaExceeded),
        [nameof(RelayOptions.SendWindowMessages)] = new("17", relay => SendToSlow(relay, 20, 1), ErrorCode.SendWindowExceeded, ("MailboxMessages", "1")),
        [nameof(RelayOptions.SendWindowBytes)] = new("1000", relay => SendToSlow(relay, 4, 600), ErrorCode.SendWindowExceeded, ("MailboxMessages", "1")),
        [nameof(RelayOptions.SenderMessagesPerSecond)] = new("17", relay => SendFast(relay, 40, 1), ErrorCode.SendRateExceeded),
        [nameof(RelayOptions.SenderBytesPerSecond)] = new("2048", relay => SendFast(relay, 30, 1000), ErrorCode.SendRateExceeded),
        [nameof(RelayOptions.MaxPeers)] = new("17", relay => EnterMore(relay, 18), ErrorCode.ServerFull),
        [nameof(RelayOptions.RegistrationTimeout)] = new("00:00:01", NeverRegister, ErrorCode.RegistrationTimeout),
        [nameof(RelayOptions.ClientTimeout)] = new("00:00:02", BeSilent, null, ("KeepAliveInterval", "00:00:01")),
        [nameof(RelayOptions.DrainTimeout)] = new("00:00:01", StopWithMessagesOnTheWay),
        [nameof(RelayOptions.MaxUnregisteredConnections)] = new("17", relay => ConnectFrom(relay, 503, "203.0.113.{0}")),
        [nameof(RelayOptions.MaxUnregisteredConnectionsPerAddress)] = new("17", relay => ConnectFrom(relay, 429, "203.0.113.1")),
        [nameof(RelayOptions.MaxConnectionsPerAddress)] = new("17", relay => ConnectFrom(relay, 429, "203.0.113.1")),
        [nameof(RelayOptions.ConnectionsPerAddressPerMinute)] = new("17", relay => ConnectFrom(relay, 429, "203.0.113.1")),
        [nameof(RelayOptions.RegistrationsPerPeerPerMinute)] = new("17", relay => RegisterAgain(relay, 18), ErrorCode.RateLimited),
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

    [Fact]
    public async Task Connections_that_are_not_gone_when_the_time_to_drain_is_over_are_said_too()
    {
        await using var relay = RelayApp.OnSockets(("DrainTimeout", "00:00:00"));
        await relay.Enter("alice");

        await relay.Stop();

        Assert.Contains(relay.Logs.Entries, entry => entry.Id.Id == 1017 && entry.Message.Contains("have not gone, after 00:00:00 (Relay:DrainTimeout)", StringComparison.Ordinal));
    }

    // The values are such as are in no line by chance: no small numbers, which counts are too.
    private static bool IsSaidBy(string words, string setting, string value) =>
        words.Contains($"Relay:{setting}", StringComparison.Ordinal) && Regex.IsMatch(words, $@"(?<![\w:#]){value}(?![\w:])") && words.Contains("docs/", StringComparison.Ordinal);

    private static async Task<RawPeer[]> SendTooLarge(RelayApp relay)
    {
        var alice = await relay.Enter("alice");
        await alice.Send("bob", new byte[118]);
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
        Pass(relay, TimeSpan.FromMinutes(31));
        return clients;
    }

    private static async Task<RawPeer[]> LeaveALossUntold(RelayApp relay)
    {
        var clients = await SendToAbsent(relay, 1);
        await relay.Leave(clients[0], "alice");
        Pass(relay, TimeSpan.FromMinutes(61));
        await Eventually.Is("it is lost", () => relay.Services.GetRequiredService<RelayStatus>().Read().Expired == 1);
        Pass(relay, TimeSpan.FromMinutes(121));
        return clients;
    }

    private static void Pass(RelayApp relay, TimeSpan time) => relay.Services.GetRequiredService<FakeTimeProvider>().Advance(time);

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

    private static async Task<RawPeer[]> EnterMore(RelayApp relay, int count)
    {
        for (var i = 1; i < count; i++)
            await relay.Enter($"peer-{i}");
        return [await TryToEnter(relay, "bob")];
    }

    private static async Task<RawPeer> TryToEnter(RelayApp relay, string name)
    {
        var peer = relay.NewPeer();
        await peer.Connect();
        await peer.Register(name);
        return peer;
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

    private static async Task<RawPeer[]> RegisterAgain(RelayApp relay, int times)
    {
        for (var i = 1; i < times; i++)
            await relay.Enter("alice");
        return [await TryToEnter(relay, "alice")];
    }

    private static async Task<RawPeer[]> ConnectFrom(RelayApp relay, int refusal, string address)
    {
        var strangers = new List<Stranger>();
        for (var i = 1; i <= 17; i++)
        {
            strangers.Add(await Stranger.Connect(relay.Url));
            Assert.Equal(101, (await strangers[^1].AskForWebSocket(string.Format(null, address, i))).Status);
        }

        // This one hears it in an answer to its request.
        using var last = await Stranger.Connect(relay.Url);
        var (status, answer) = await last.AskForWebSocket(string.Format(null, address, 18));
        foreach (var stranger in strangers)
            stranger.Dispose();
        Assert.Equal(refusal, status);
        Assert.Matches(@"Relay-Error: \d+ .*\b17\b.*Relay:.*docs/operating.md describes this setting", answer);
        return [];
    }

    private sealed record Limit(string Value, Func<RelayApp, Task<RawPeer[]>> Trip, ErrorCode? Code = null, params (string Name, string Value)[] More);
}
