using TermChat.Identity;

namespace TermChat.Screens;

/// <content>What a person enters.</content>
internal sealed partial class ScreenState
{
    // How many of this side's texts back the input line shows one again; null while it shows none.
    private int? _recalled;

    // Counts how often the terminal was looked at, and when a text was recalled or the wheel noticed.
    private long _turn;
    private long _recalledIn = -1;
    private long _wheelIn = -1;

    /// <summary>What comes now was typed later than what came before.</summary>
    public void NextTurn() => _turn++;

    /// <summary>Does what the input line says.</summary>
    public void Submit()
    {
        var text = Input.Text;
        Said = [];
        if (string.IsNullOrWhiteSpace(text))
        {
            Escape();
            return;
        }

        Page = null;
        _recalled = null;
        Input.Clear();
        try
        {
            Do(InputCommand.Parse(text));
        }
        catch (Exception wrong) when (wrong is ArgumentException or SetupException)
        {
            // What was typed is still there to be corrected, or sent later.
            Input.Set(text);
            Say(wrong is ArgumentException argument ? Sentence(argument) : wrong.Message, Tone.Bad);
        }
    }

    /// <summary>Up in an empty line: the last text again. Up once more: the one before it. Else it scrolls.</summary>
    public void Up()
    {
        // Terminals turn the wheel of a mouse into arrow keys, several at the same moment. No finger does that.
        if (_recalled is not null && _recalledIn == _turn)
        {
            Input.Clear();
            _recalled = null;
            _wheelIn = _turn;
            Scroll(-1);
        }

        var recalls = ShowsEnd && (Input.IsEmpty || _recalled is not null) && _wheelIn != _turn;
        if (!recalls || !Recall((_recalled ?? -1) + 1))
            Scroll(-1);
    }

    public void Down()
    {
        if (_recalled is { } back)
        {
            if (back == 0 || !Recall(back - 1))
                Input.Clear();
            if (back == 0)
                _recalled = null;
            return;
        }

        Scroll(1);
    }

    /// <summary>The text was changed by hand: what is in it now is the person's own.</summary>
    public void Edited() => _recalled = null;

    public void Complete()
    {
        var completion = Completion.Of(Input.BeforeCursor, _chat.Contacts().Select(contact => contact.Name));
        Said = [];
        Input.Set(completion.Text, Input.AfterCursor);
        if (completion.Choices.Count > 0)
            Say(string.Join("  ", completion.Choices));
        Edited();
    }

    private bool Recall(int back)
    {
        if (Pane is null || Pane.OwnText(back) is not { } text)
            return false;

        Input.Set(text);
        _recalled = back;
        _recalledIn = _turn;
        return true;
    }

    private static string Sentence(ArgumentException wrong)
    {
        // The framework appends the parameter's name, which says nothing to a person.
        var end = wrong.ParamName is null ? -1 : wrong.Message.LastIndexOf(" (Parameter ", StringComparison.Ordinal);
        return end < 0 ? wrong.Message : wrong.Message[..end];
    }
}
