using QRCoder;
using TermChat.Commands;

namespace TermChat.Tests.Commands;

public sealed class IdCommandTests : IDisposable
{
    private readonly Desk _desk = new();

    public void Dispose() => _desk.Dispose();

    [Fact]
    public async Task Standard_output_gets_the_PeerId_and_nothing_else()
    {
        Assert.Equal(ExitCode.Success, await _desk.RunAsync("id"));

        using var key = _desk.Profile.LoadOrCreateKey();
        Assert.Equal(key.PeerId.Value + "\n", _desk.Printed);
        Assert.Contains("your new identity is in", _desk.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_time_there_is_nothing_to_say()
    {
        _desk.Profile.LoadOrCreateKey().Dispose();

        await _desk.RunAsync("id");

        Assert.Empty(_desk.Said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_picture_has_the_modules_of_the_code_and_its_margin(bool inColour)
    {
        using var code = QRCodeGenerator.GenerateQrCode(Desk.Bob.Value, QRCodeGenerator.ECCLevel.M);

        var lines = QrPicture.Draw(Desk.Bob.Value, inColour).TrimEnd('\n').Split('\n');

        Assert.InRange(lines.Length, 1, 22);
        for (var row = 0; row < code.ModuleMatrix.Count; row++)
        {
            var line = inColour ? lines[row / 2].Split('m')[1].Split('\e')[0] : lines[row / 2];
            var drawn = line.Select(block => (row % 2 == 0 ? block is '█' or '▀' : block is '█' or '▄') == inColour);
            Assert.Equal(code.ModuleMatrix[row].Cast<bool>(), drawn);
        }

        Assert.All(lines, line => Assert.Equal(inColour, line.EndsWith("\e[0m", StringComparison.Ordinal)));
        Assert.All(code.ModuleMatrix.Take(4), margin => Assert.DoesNotContain(true, margin.Cast<bool>()));
    }
}
