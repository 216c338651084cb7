using Relay.Contracts;

namespace Relay.Benchmarks.Clients;

/// <summary>The relay refused a registration.</summary>
internal sealed class RefusedException(ErrorCode code, string answer) : IOException($"The relay refused a registration: {answer}")
{
    public ErrorCode Code { get; } = code;
}
