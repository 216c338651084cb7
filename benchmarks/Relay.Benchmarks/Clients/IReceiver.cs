namespace Relay.Benchmarks.Clients;

/// <summary>Where a peer's connection puts what comes in. Called for one message at a time.</summary>
internal interface IReceiver
{
    void Receive(ReadOnlySpan<byte> payload);

    /// <summary>Nothing more will come, or something is lost: there is no figure.</summary>
    void Fail(Exception reason);
}
