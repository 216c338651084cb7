using System.Text;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;

namespace TermChat.Screens;

/// <summary>Which key does what.</summary>
internal static class ScreenKeys
{
    /// <param name="page">How many rows PageUp and PageDown move.</param>
    /// <returns>False for a key that means nothing here.</returns>
    public static bool Press(ScreenState state, Key key, int page)
    {
        if (Command(state, page).TryGetValue(key.KeyCode, out var command))
        {
            command();
            return true;
        }

        return Edit(state, key);
    }

    private static Dictionary<KeyCode, Action> Command(ScreenState state, int page) => new()
    {
        [KeyCode.Enter] = state.Submit,
        [KeyCode.Tab] = state.Complete,
        [KeyCode.Esc] = state.Escape,
        [KeyCode.C | KeyCode.CtrlMask] = state.Quit,
        [KeyCode.Q | KeyCode.CtrlMask] = state.Quit,
        [KeyCode.N | KeyCode.CtrlMask] = () => state.Switch(1),
        [KeyCode.P | KeyCode.CtrlMask] = () => state.Switch(-1),
        [KeyCode.CursorDown | KeyCode.AltMask] = () => state.Switch(1),
        [KeyCode.CursorUp | KeyCode.AltMask] = () => state.Switch(-1),
        [KeyCode.CursorUp] = state.Up,
        [KeyCode.CursorDown] = state.Down,
        [KeyCode.CursorUp | KeyCode.CtrlMask] = () => state.Scroll(-1),
        [KeyCode.CursorDown | KeyCode.CtrlMask] = () => state.Scroll(1),
        [KeyCode.PageUp] = () => state.Scroll(-page),
        [KeyCode.PageDown] = () => state.Scroll(page),
        [KeyCode.End | KeyCode.CtrlMask] = state.Escape,
    };

    private static bool Edit(ScreenState state, Key key)
    {
        var input = state.Input;
        switch (key.KeyCode)
        {
            case KeyCode.CursorLeft:
                input.Left();
                return true;
            case KeyCode.CursorRight:
                input.Right();
                return true;
            case KeyCode.CursorLeft | KeyCode.CtrlMask:
            case KeyCode.B | KeyCode.AltMask:
                input.WordLeft();
                return true;
            case KeyCode.CursorRight | KeyCode.CtrlMask:
            case KeyCode.F | KeyCode.AltMask:
                input.WordRight();
                return true;
            case KeyCode.Home:
            case KeyCode.A | KeyCode.CtrlMask:
                input.Home();
                return true;
            // With nothing to move in, it is the end of the conversation that is meant.
            case KeyCode.End when input.AfterCursor.Length == 0:
                state.Escape();
                return true;
            case KeyCode.End:
            case KeyCode.E | KeyCode.CtrlMask:
                input.End();
                return true;
            default:
                return Change(state, key);
        }
    }

    private static bool Change(ScreenState state, Key key)
    {
        var input = state.Input;
        switch (key.KeyCode)
        {
            case KeyCode.Backspace:
                input.Backspace();
                break;
            case KeyCode.Delete:
                input.Delete();
                break;
            case KeyCode.W | KeyCode.CtrlMask:
            case KeyCode.Backspace | KeyCode.AltMask:
            case KeyCode.Backspace | KeyCode.CtrlMask:
                input.DeleteWordBack();
                break;
            case KeyCode.U | KeyCode.CtrlMask:
                input.DeleteToStart();
                break;
            case KeyCode.K | KeyCode.CtrlMask:
                input.DeleteToEnd();
                break;
            // As most terminals send it: escape, carriage return.
            case KeyCode.M | KeyCode.CtrlMask | KeyCode.AltMask:
            case KeyCode.Enter | KeyCode.AltMask:
            case KeyCode.Enter | KeyCode.ShiftMask:
            // A line feed, which no Enter key sends: Ctrl+J, or text from a clipboard.
            case KeyCode.Enter | KeyCode.CtrlMask:
                input.Insert("\n");
                break;
            default:
                if (Typed(key) is not { } text)
                    return false;
                input.Insert(text);
                break;
        }

        state.Edited();
        return true;
    }

    private static string? Typed(Key key)
    {
        if (key.IsCtrl || key.IsAlt)
            return null;

        var text = key.AsGrapheme;
        return text.Length > 0 && !text.EnumerateRunes().Any(Rune.IsControl) ? text : null;
    }
}
