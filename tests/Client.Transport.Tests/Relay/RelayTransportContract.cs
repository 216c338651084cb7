namespace Client.Transport.Tests.Relay;

public sealed class RelayTransportContract : TransportContract
{
    protected override TransportKind Kind => TransportKind.Relay;

    protected override async ValueTask<TransportPair> ConnectAsync() => await RelayPair.ConnectAsync();
}
