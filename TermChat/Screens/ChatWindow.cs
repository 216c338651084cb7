using TermChat.Conversations;
using TermChat.Identity;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace TermChat.Screens;

/// <summary>Puts a <see cref="ScreenState"/> on the terminal: keys go in, frames come out.</summary>
/// <remarks>
/// Events of the chat come from other threads and often in bursts. Each leaves a mark, and the loop of the screen
/// reads once what many of them announced.
/// </remarks>
internal sealed class ChatWindow : Runnable
{
    private readonly IChat _chat;
    private readonly ScreenState _state;
    private readonly Theme _theme;
    private int _stale;

    public ChatWindow(IChat chat, ScreenState state, Theme theme)
    {
        (_chat, _state, _theme) = (chat, state, theme);
        Border.Thickness = default;
        chat.Changed += OnChanged;
        state.Answered += Stir;
    }

    /// <summary>Draws what is new. Called by the loop of the screen, often; does nothing when nothing is.</summary>
    /// <param name="secondHasPassed">Times that count down show another number.</param>
    public void Tick(bool secondHasPassed)
    {
        _state.NextTurn();
        if (Interlocked.Exchange(ref _stale, 0) == 1)
        {
            Try(_state.Refresh);
            SetNeedsDraw();
        }
        else if (secondHasPassed && _state.Connection.NextAttemptAt is not null)
        {
            SetNeedsDraw();
        }
    }

    /// <summary>Text from the terminal's clipboard, all at once.</summary>
    public void Paste(string text)
    {
        _state.Input.Paste(text);
        _state.Edited();
        SetNeedsDraw();
    }

    protected override bool OnKeyDown(Key key)
    {
        // No key is left to the framework. It would stop the program at Ctrl+Z, but sometimes before it has given the terminal back.
        Try(() => ScreenKeys.Press(_state, key, Math.Max(1, Viewport.Height - 6)));
        if (_state.IsOver)
            RequestStop();
        SetNeedsDraw();
        return true;
    }

    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        var frame = ScreenFrame.Of(_state, Viewport.Width, Viewport.Height);
        for (var row = 0; row < frame.Rows.Count; row++)
        {
            Move(0, row);
            foreach (var piece in frame.Rows[row].Pieces)
            {
                SetAttribute(_theme[piece.Tone]);
                AddStr(piece.Text);
            }
        }

        Cursor = new Cursor { Position = ViewportToScreen(new System.Drawing.Point(frame.Cursor.Column, frame.Cursor.Row)), Style = CursorStyle.SteadyBar };
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _chat.Changed -= OnChanged;
        _state.Answered -= Stir;
        base.Dispose(disposing);
    }

    // A disk may be full for a while. The person is told, and what is typed stays.
    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (SetupException failure)
        {
            _state.Fail(failure);
        }
    }

    private void OnChanged(ChatChange change) => Stir();

    private void Stir() => Interlocked.Exchange(ref _stale, 1);
}
