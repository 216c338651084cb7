using Client.Transport;
using PublicApiGenerator;
using Relay.Hub;
using TestKit;

namespace Relay.Contracts.Tests;

/// <summary>What other programs can call is written down, so that changing it is seen in review.</summary>
public sealed class PublicApiTests
{
    // Attributes of the build, not of the API.
    private static readonly ApiGeneratorOptions Options = new() { IncludeAssemblyAttributes = false };

    [Theory]
    [InlineData(typeof(PeerId))]
    [InlineData(typeof(RelayHub))]
    [InlineData(typeof(ITransport))]
    public void The_public_surface_is_the_approved_one(Type inAssembly)
    {
        var assembly = inAssembly.Assembly;

        Approved.Matches(
            assembly.GeneratePublicApi(Options), "tests", "Relay.Contracts.Tests", "PublicApi", assembly.GetName().Name + ".approved.txt");
    }
}
