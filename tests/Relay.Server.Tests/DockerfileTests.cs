using System.Xml.Linq;
using TestKit;

namespace Relay.Server.Tests;

/// <summary>What <c>deployment/docker</c> promises and can be read off it without an engine to build it.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Lines = Instructions("Dockerfile");

    /// <summary>The last stage: what is in the image.</summary>
    private static readonly string[] Image = [.. Lines[Array.FindLastIndex(Lines, line => line.StartsWith("FROM ", StringComparison.Ordinal))..]];

    [Fact]
    public void The_image_has_no_shell_and_its_program_is_not_root()
    {
        Assert.EndsWith("-chiseled", Image[0], StringComparison.Ordinal);
        Assert.Equal("USER $APP_UID", Assert.Single(Image, line => line.StartsWith("USER ", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_user_of_the_image_cannot_replace_the_program()
    {
        // Builders give a folder that WORKDIR makes to the image's user.
        Assert.DoesNotContain(Image, line => line.StartsWith("WORKDIR ", StringComparison.Ordinal));
        Assert.DoesNotContain(Image, line => line.Contains("--chown", StringComparison.Ordinal) || line.Contains("--chmod", StringComparison.Ordinal));
    }

    [Fact]
    public void It_holds_the_program_that_operators_are_told_to_publish()
    {
        const string publish = "dotnet publish Relay.Server -p:PublishProfile=linux-x64 ";

        Assert.Contains(publish, Repository.Read("docs", "operating.md"), StringComparison.Ordinal);
        Assert.Single(Lines, line => line.StartsWith($"RUN {publish}", StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_built_from_every_project_of_the_program_and_from_nothing_built_before()
    {
        var ignored = Instructions("Dockerfile.dockerignore");

        Assert.Contains("**/bin", ignored);
        Assert.Contains("**/obj", ignored);
        Assert.Empty(Projects("Relay.Server").Intersect(ignored));
    }

    private static string[] Instructions(string file) =>
        [.. Repository.Read("deployment", "docker", file).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    private static HashSet<string> Projects(string name)
    {
        var references = XDocument.Load(Repository.PathOf(name, $"{name}.csproj")).Descendants("ProjectReference");
        return [name, .. references.SelectMany(reference => Projects(Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)))];
    }
}
