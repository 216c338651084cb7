using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Relay.Contracts;
using Relay.Hub.Admission;

namespace Relay.Hub;

/// <summary>Checks the attributes on <see cref="RelayOptions"/>, and says for each bad value its name, value and range.</summary>
/// <remarks>Written by hand because the generated validator's messages leave out the value.</remarks>
internal sealed class RelayOptionsValidator : IValidateOptions<RelayOptions>
{
    public ValidateOptionsResult Validate(string? name, RelayOptions options)
    {
        var failures = new List<string>();
        foreach (var property in typeof(RelayOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(options);
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
            {
                if (!rule.IsValid(value))
                    failures.Add(Describe(property, value, rule));
            }
        }

        for (var i = 0; i < options.Origins.Count; i++)
        {
            if (!Audience.TryRead(options.Origins[i], out _))
            {
                failures.Add(
                    $"Relay:Origins:{i} is {(options.Origins[i] is { Length: > 0 } origin ? origin : "empty")}, but must be what clients dial: http, https, " +
                    "ws or wss, '://', a host and perhaps a port, and nothing else, such as https://relay.example.com.");
            }
        }

        failures.AddRange(Faulty(options.AllowedWebOrigins, nameof(options.AllowedWebOrigins), text => text == "*" || Audience.TryRead(text, out _),
            "the origin of a web page, such as https://chat.example.com, or * for every page"));
        failures.AddRange(Faulty(options.BannedAddresses, nameof(options.BannedAddresses), text => AddressRange.TryParse(text, out _), AnAddress));
        failures.AddRange(Faulty(options.TrustedProxies, nameof(options.TrustedProxies), text => AddressRange.TryParse(text, out _), AnAddress));
        failures.AddRange(Faulty(options.BannedPeers, nameof(options.BannedPeers), text => PeerId.TryParse(text, out _), APeerId));
        failures.AddRange(Faulty(options.AllowedPeers, nameof(options.AllowedPeers), text => PeerId.TryParse(text, out _), APeerId));

        if (options.ClientTimeout < 2 * options.KeepAliveInterval)
        {
            failures.Add(
                $"Relay:ClientTimeout is {options.ClientTimeout}, but must be at least twice Relay:KeepAliveInterval, " +
                $"which is {options.KeepAliveInterval}: otherwise one late ping ends a healthy connection.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private const string AnAddress = "a network address, or a range of them such as 203.0.113.0/24 or 2001:db8::/32";
    private const string APeerId = "a PeerId: all of its 61 characters, or a plain name. A character is wrong, missing or too many";

    private static IEnumerable<string> Faulty(IEnumerable<string> entries, string name, Func<string, bool> isRight, string what) => entries
        .Where(entry => !isRight(entry))
        .Select(entry => $"Relay:{name} has the entry {(entry.Length == 0 ? "(empty)" : entry)}, but each must be {what}.");

    private static string Describe(PropertyInfo property, object? value, ValidationAttribute rule)
    {
        var shown = value is null or "" ? "empty" : string.Create(CultureInfo.InvariantCulture, $"{value}");
        return rule is RangeAttribute range
            ? $"Relay:{property.Name} is {shown}, but must be between {range.Minimum} and {range.Maximum}."
            : $"Relay:{property.Name} is {shown}. {rule.ErrorMessage}";
    }
}
