using System.Text;
using Microsoft.Win32.SafeHandles;
using Terminal.Gui.Drivers;

namespace TermChat.Screens;

/// <summary>The terminal's input, where a character may arrive in two halves.</summary>
/// <remarks>
/// The framework's own reads 256 bytes at a time and decodes each such piece for itself. In a longer paste every
/// character that lies across such a border would be sent as a replacement character.
/// </remarks>
internal sealed class Utf8Input : AnsiInput
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly byte[] _bytes = new byte[4096];
    private readonly char[] _characters = new char[4097];
    private readonly FileStream? _terminal;

    public Utf8Input()
    {
        // Windows decodes by itself. Without a terminal, input comes from tests.
        if (IsAttachedToTerminal && !OperatingSystem.IsWindows() && !Console.IsInputRedirected)
            _terminal = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
    }

    public override IEnumerable<char> Read() => _terminal is null ? base.Read() : ReadTerminal(_terminal);

    public override void Dispose()
    {
        _terminal?.Dispose();
        base.Dispose();
    }

    // Called when something is there to be read, so it does not wait.
    private ArraySegment<char> ReadTerminal(FileStream terminal)
    {
        var read = terminal.Read(_bytes);
        return new ArraySegment<char>(_characters, 0, _decoder.GetChars(_bytes, 0, read, _characters, 0));
    }
}
