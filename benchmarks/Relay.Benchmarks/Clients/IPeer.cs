using Client.Transport;

namespace Relay.Benchmarks.Clients;

/// <summary>One peer's connection to one of the servers that are compared.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Hands over one message, by whatever is the usual way to send many: nobody waits for it before sending the next.</summary>
    /// <param name="payload">Must not change until the recipient has it.</param>
    /// <returns>Completes when the client library says so: with the relay and mosquitto when the server has accepted it, else when it is written.</returns>
    ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload);

    /// <summary>Hands over one message and waits for the server to say that it has it.</summary>
    ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload);
}
