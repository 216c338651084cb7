using Terminal.Gui.Drawing;
using Attribute = Terminal.Gui.Drawing.Attribute;

namespace TermChat.Screens;

/// <summary>How each tone looks. Colours are the terminal's own sixteen on its own background, so they fit whatever the person chose for it.</summary>
internal sealed class Theme(bool color)
{
    public Attribute this[Tone tone] => color ? InColor(tone) : InStyle(tone);

    private static Attribute InColor(Tone tone) => tone switch
    {
        Tone.Quiet => Of(Color.None, TextStyle.Faint),
        Tone.Strong => Of(Color.None, TextStyle.Bold),
        Tone.Mine => Of(ColorName16.Cyan),
        Tone.Theirs => Of(ColorName16.Magenta, TextStyle.Bold),
        Tone.Notice => Of(ColorName16.Blue, TextStyle.Bold),
        Tone.Good => Of(ColorName16.Green),
        Tone.Warning => Of(ColorName16.Yellow),
        Tone.Bad => Of(ColorName16.Red, TextStyle.Bold),
        Tone.Chosen => Of(ColorName16.Cyan, TextStyle.Bold),
        _ => Of(Color.None),
    };

    private static Attribute InStyle(Tone tone) => Of(Color.None, tone switch
    {
        Tone.Quiet => TextStyle.Faint,
        Tone.Strong or Tone.Theirs or Tone.Bad or Tone.Chosen => TextStyle.Bold,
        Tone.Notice => TextStyle.Italic,
        _ => TextStyle.None,
    });

    private static Attribute Of(ColorName16 foreground, TextStyle style = TextStyle.None) => Of(new Color(foreground), style);

    private static Attribute Of(Color foreground, TextStyle style = TextStyle.None) => new(foreground, Color.None, style);
}
