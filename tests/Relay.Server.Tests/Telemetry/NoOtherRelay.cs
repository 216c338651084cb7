namespace Relay.Server.Tests.Telemetry;

/// <summary>
/// Tests that read figures run while no other relay does in this process: OpenTelemetry listens by the meter's name, and would
/// take another relay's figures for this one's.
/// </summary>
[CollectionDefinition(nameof(NoOtherRelay), DisableParallelization = true)]
public sealed class NoOtherRelay;
