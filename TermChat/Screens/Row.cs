using System.Collections.Immutable;

namespace TermChat.Screens;

/// <summary>Some text in one look.</summary>
internal readonly record struct Piece(string Text, Tone Tone = Tone.Plain);

/// <summary>One row of the screen, or of a part of it.</summary>
internal sealed record Row(ImmutableArray<Piece> Pieces)
{
    public static readonly Row Empty = new([]);

    public int Width => Pieces.Sum(piece => Cells.Width(piece.Text));

    public static Row Of(string text, Tone tone = Tone.Plain) => new([new Piece(text, tone)]);

    public Row Plus(string text, Tone tone = Tone.Plain) => new(Pieces.Add(new Piece(text, tone)));

    public Row Plus(Row other) => new(Pieces.AddRange(other.Pieces));

    /// <summary>The row with another one at the right edge of so many cells. Where both do not fit, this one is cut.</summary>
    public Row PlusAtRight(Row other, int width)
    {
        var room = width - other.Width;
        return Fit(Math.Max(0, room)).Plus(other).Fit(width);
    }

    /// <summary>Exactly so many cells: cut, or filled up with spaces.</summary>
    public Row Fit(int width)
    {
        var fitted = ImmutableArray.CreateBuilder<Piece>();
        var left = width;
        foreach (var piece in Pieces)
        {
            var text = Cells.Cut(piece.Text, left);
            left -= Cells.Width(text);
            fitted.Add(piece with { Text = text });
            if (text.Length < piece.Text.Length)
                break;
        }

        if (left > 0)
            fitted.Add(new Piece(new string(' ', left)));
        return new Row(fitted.ToImmutable());
    }

    public override string ToString() => string.Concat(Pieces.Select(piece => piece.Text));
}
