namespace TermChat.Commands.Doctor;

/// <summary>Which relay, and who said so?</summary>
internal static class ConfigurationStep
{
    public static Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        var address = relay.ChooseRelay(relay.Profile);
        relay.Relay = address.Url;
        var proxy = relay.Proxy is { } first ? $"; through the proxy {first.Host}:{first.Port}" : "";
        return Task.FromResult(Finding.Ok($"{relay.Hub} (from {address.Source}){proxy}"));
    }
}
