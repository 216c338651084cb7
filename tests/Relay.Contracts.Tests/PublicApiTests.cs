using System.ComponentModel.DataAnnotations;
using Client.Transport;
using PublicApiGenerator;
using Relay.Hub;
using TestKit;

namespace Relay.Contracts.Tests;

/// <summary>What other programs can call is written down, so that changing it is seen in review.</summary>
public sealed class PublicApiTests
{
    // Left out: attributes of the build, and the ranges of settings, which docs/operating.md has and a test there holds.
    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = [.. new[] { typeof(RangeAttribute), typeof(RequiredAttribute), typeof(RegularExpressionAttribute) }.Select(type => type.FullName!)],
    };

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
