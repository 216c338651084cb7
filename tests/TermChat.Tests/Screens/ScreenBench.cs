using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using TermChat.Screens;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using TestKit;

namespace TermChat.Tests.Screens;

/// <summary>The real full-screen application on a terminal of memory: keys go in, and what a person would see comes out as text.</summary>
internal sealed class ScreenBench : IDisposable
{
    private readonly IApplication _application;
    private readonly ChatWindow _window;
    private readonly SessionToken _session;

    public ScreenBench(FakeChat chat, FakeTimeProvider time, int columns, int rows, ScreenOptions? options = null)
    {
        options = (options ?? new ScreenOptions()) with { Time = time };
        State = new ScreenState(chat, options);
        _application = ScreenApplication.Create();
        _application.Init(DriverRegistry.Names.ANSI);
        _application.Driver!.SetScreenSize(columns, rows);
        _window = new ChatWindow(chat, State, new Theme(options.Color));
        _session = _application.Begin(_window)!;
    }

    public ScreenState State { get; }

    /// <summary>A chat whose clock stands at noon of a certain day, in a time zone two hours east.</summary>
    public static (FakeChat Chat, FakeTimeProvider Time) Chat()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 14, 10, 0, 0, TimeSpan.Zero));
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("Test", TimeSpan.FromHours(2), "Test", "Test"));
        return (new FakeChat(Peers.Me, time), time);
    }

    public ScreenBench Press(params Key[] keys)
    {
        foreach (var key in keys)
        {
            _window.Tick(secondHasPassed: false);
            _application.Keyboard.RaiseKeyDownEvent(key);
        }

        return this;
    }

    public ScreenBench Type(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            Press(new Key(rune.Value));
        return this;
    }

    /// <summary>Types a line and enters it.</summary>
    public ScreenBench Enter(string text) => Type(text).Press(Key.Enter);

    public ScreenBench Paste(string text)
    {
        _window.Paste(text);
        return this;
    }

    public ScreenBench Resize(int columns, int rows)
    {
        _application.Driver!.SetScreenSize(columns, rows);
        return this;
    }

    /// <summary>The screen as text, one line for each row, without spaces at the end.</summary>
    public string Screen()
    {
        Draw();
        var (columns, rows) = (_application.Driver!.Cols, _application.Driver.Rows);
        var screen = new StringBuilder();
        for (var row = 0; row < rows; row++)
        {
            var text = new StringBuilder();
            for (var column = 0; column < columns; column++)
            {
                var grapheme = _application.Driver.Contents![row, column].Grapheme;
                text.Append(grapheme);

                // The second half of a wide character is a cell of its own.
                if (Cells.Width(grapheme) == 2)
                    column++;
            }

            screen.Append(text.ToString().TrimEnd()).Append('\n');
        }

        return screen.ToString();
    }

    /// <summary>What the terminal is told, commands and all.</summary>
    public string Ansi()
    {
        Draw();
        return _application.Driver!.ToAnsi();
    }

    /// <summary>Compares the screen with the approved one.</summary>
    public void IsApproved(string name) => Approved.Matches(
        Screen(), "tests", "TermChat.Tests", "Screens", "Approved", $"{name}.{_application.Driver!.Cols}x{_application.Driver.Rows}.approved.txt");

    public void Dispose()
    {
        _application.End(_session);
        _window.Dispose();
        _application.Dispose();
    }

    private void Draw()
    {
        _window.Tick(secondHasPassed: true);
        _window.SetNeedsDraw();
        _application.LayoutAndDraw();
    }

    // Whoever runs the tests in a terminal keeps it: the framework must not take it over.
    [ModuleInitializer]
    internal static void LeaveTheTerminalAlone() => Environment.SetEnvironmentVariable("DisableRealDriverIO", "1");
}
