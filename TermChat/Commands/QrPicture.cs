using System.Text;
using QRCoder;

namespace TermChat.Commands;

/// <summary>A QR code drawn with characters, two rows of it in each line of text.</summary>
internal static class QrPicture
{
    // Black on white from the fixed part of the palette: the other colours are what a theme makes of them.
    private const string Colours = "\e[38;5;16;48;5;231m";
    private const string Normal = "\e[0m";

    /// <summary>Draws it with the light margin that readers need.</summary>
    /// <param name="inColour">
    /// Says the colours, so that it is dark on light in every terminal. Without, the blocks are the light part, as it is
    /// right for light text on a dark ground; many readers take the reverse too.
    /// </param>
    public static string Draw(string text, bool inColour)
    {
        using var data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = data.ModuleMatrix;
        var picture = new StringBuilder();
        for (var row = 0; row < rows.Count; row += 2)
        {
            picture.Append(inColour ? Colours : "");
            for (var column = 0; column < rows[row].Count; column++)
            {
                // There is an odd number of rows; what would come after the last is as light as the margin it belongs to.
                var (upper, lower) = (rows[row][column], row + 1 < rows.Count && rows[row + 1][column]);
                picture.Append(inColour ? Block(upper, lower) : Block(!upper, !lower));
            }

            picture.Append(inColour ? Normal : "").Append('\n');
        }

        return picture.ToString();
    }

    private static char Block(bool upper, bool lower) => (upper, lower) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    };
}
