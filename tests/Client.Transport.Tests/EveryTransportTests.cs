namespace Client.Transport.Tests;

public sealed class EveryTransportTests
{
    [Fact]
    public void Always_2_every_transport_is_held_to_the_same_contract()
    {
        var transports = typeof(ITransport).Assembly.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(ITransport)));
        var contracts = typeof(TransportContract).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(TransportContract)));

        Assert.Equal(transports.Select(transport => $"{transport.Name}Contract").Order(), contracts.Select(contract => contract.Name).Order());
    }
}
