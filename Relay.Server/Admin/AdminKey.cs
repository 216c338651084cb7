using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Relay.Hub.Observability;

namespace Relay.Server.Admin;

/// <summary>The key by which the relay knows its operator: in the header <c>Authorization: Bearer ...</c>, never in a URL, which gets logged on the way.</summary>
internal sealed partial class AdminKey : IDisposable
{
    /// <summary>Wrong keys one address may try within <see cref="Window"/>. Then it has to wait, with the right one too.</summary>
    public const int WrongTries = 5;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger;
    private readonly byte[]? _hash;
    private readonly Tally _wrong;

    // By address, so that nobody can lock the operator out. It forgets addresses that are quiet by itself.
    private readonly PartitionedRateLimiter<IPAddress> _tries = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(address, _ => new FixedWindowRateLimiterOptions { PermitLimit = WrongTries, Window = Window }));

    public AdminKey(IOptions<ServerOptions> options, TimeProvider time, ILogger<AdminKey> logger)
    {
        _logger = logger;
        _wrong = new Tally(time);
        _hash = options.Value.AdminKey is { Length: > 0 } key ? Hash(key) : null;
    }

    /// <summary>Whether there is one: without, nobody is the operator.</summary>
    public bool IsConfigured => _hash is not null;

    /// <summary>Lets a request through that shows the key, and answers any other.</summary>
    /// <param name="why">What it is that needs the key.</param>
    public Task GuardAsync(HttpContext context, RequestDelegate next, string why)
    {
        if (_hash is null)
            return Refuse(context, StatusCodes.Status403Forbidden, $"{why} This relay has no admin key: its operator can set Server:AdminKey. docs/operating.md tells more.");

        var address = AddressOf(context);
        if (!_tries.AttemptAcquire(address, 0).IsAcquired)
        {
            SayWrong(address);
            context.Response.Headers.RetryAfter = $"{Window.TotalSeconds:0}";
            return Refuse(
                context, StatusCodes.Status429TooManyRequests,
                $"Your address showed {WrongTries} wrong keys within {Window.TotalSeconds:0} s. Wait as long, then show the right one (Server:AdminKey). docs/troubles/admin-key.md says more.");
        }

        if (Shown(context) is not { } shown)
            return Ask(context, $"{why} Show it in the header 'Authorization: Bearer KEY' (Server:AdminKey).");

        // Hashes are compared and not keys: their length is the same, whatever comes.
        if (CryptographicOperations.FixedTimeEquals(Hash(shown), _hash))
            return next(context);

        _tries.AttemptAcquire(address).Dispose();
        SayWrong(address);
        return Ask(context, "The admin key is another one (Server:AdminKey).");
    }

    public void Dispose() => _tries.Dispose();

    private void SayWrong(IPAddress address)
    {
        // Addresses are cheap, of IPv6 above all: those of one home are 65,536 times five lines a minute.
        if (_wrong.Count($"{address}") is > 0 and var count)
            WrongKey(_logger, address, count, WrongTries);
    }

    private static string? Shown(HttpContext context) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header["Bearer ".Length..].Trim()
            : null;

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    // A home has one IPv4 address, or 2^64 of IPv6.
    private static IPAddress AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            return address;

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static Task Ask(HttpContext context, string why)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Refuse(context, StatusCodes.Status401Unauthorized, why);
    }

    private static Task Refuse(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(why + "\n");
    }

    [LoggerMessage(4010, LogLevel.Warning, "Somebody at {Address} showed a wrong admin key (Server:AdminKey): {Count}, counted since the last such line of that address and logged at most once a minute. After {Tries} within a minute an address " +
        "has to wait, which is no setting. Of very many addresses some share their lines. docs/troubles/admin-key.md says more")]
    private static partial void WrongKey(ILogger logger, IPAddress address, int count, int tries);
}
