using System.Reflection;
using Terminal.Gui.App;
using Terminal.Gui.Drivers;

namespace TermChat.Screens;

/// <summary>The framework's application, with <see cref="Utf8Input"/>.</summary>
internal static class ScreenApplication
{
    /// <summary>How the framework makes one from parts that are not its own.</summary>
    /// <remarks>Not public in this version. A test says when another version no longer has it; then pastes are broken, and nothing else.</remarks>
    public static ConstructorInfo? FromParts { get; } = typeof(Application).Assembly
        .GetType("Terminal.Gui.App.ApplicationImpl")?
        .GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [typeof(IComponentFactory)]);

    public static IApplication Create() => FromParts?.Invoke([new Parts()]) as IApplication ?? Application.Create();

    private sealed class Parts : AnsiComponentFactory
    {
        public override IInput<char> CreateInput() => new Utf8Input();
    }
}
