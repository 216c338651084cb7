using Client.Transport;
using Relay.Hub;

namespace Relay.Contracts.Tests.Architecture;

/// <summary>Which project knows which: the hub and the client meet in Relay.Contracts and nowhere else.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Own = ["Relay.Contracts", "Relay.Hub", "Relay.Server", "Client.Transport", "TermChat"];

    [Fact]
    public void Relay_Contracts_needs_only_the_framework_MessagePack_and_the_primitives_of_NSec() =>
        Assert.Equal(["MessagePack", "MessagePack.Annotations", "NSec.Cryptography"], ReferencesOf(typeof(PeerId)).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)));

    [Fact]
    public void The_hub_knows_the_client_only_by_Relay_Contracts() =>
        Assert.Equal(["Relay.Contracts"], ReferencesOf(typeof(RelayHub)).Intersect(Own));

    [Fact]
    public void The_client_knows_the_hub_only_by_Relay_Contracts() =>
        Assert.Equal(["Relay.Contracts"], ReferencesOf(typeof(ITransport)).Intersect(Own));

    private static IEnumerable<string> ReferencesOf(Type inAssembly) =>
        inAssembly.Assembly.GetReferencedAssemblies().Select(name => name.Name!).Order();
}
