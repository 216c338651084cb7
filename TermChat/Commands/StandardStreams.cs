using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>How the commands talk: data on standard output, everything else on standard error. UTF-8, whatever the locale says.</summary>
internal sealed class StandardStreams(Func<Stream> openInput, Func<Stream> openOutput, TextWriter errors)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    private readonly Lazy<Stream> _output = new(openOutput);

    /// <summary>Whether a person types the input.</summary>
    public bool IsInputTerminal { get; init; }

    /// <summary>Whether a person looks at the output, not a program.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Looks whether whoever read the output reads no more.</summary>
    public Func<bool> HasNoReader { get; init; } = () => false;

    /// <summary>Whether colours are welcome in the output.</summary>
    public bool HasColour { get; init; }

    public static StandardStreams Open() => new(Console.OpenStandardInput, OpenOutput, Console.Error)
    {
        IsInputTerminal = !Console.IsInputRedirected,
        IsOutputTerminal = !Console.IsOutputRedirected,
        HasNoReader = () => !OperatingSystem.IsWindows() && Posix.HasNoReader(1),
        HasColour = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") != "dumb",
    };

    /// <summary>Says something to the person, not to the program that reads the output. One line, whatever is in it.</summary>
    public void Say(string text) => errors.WriteLine("termchat: " + ChatText.Printable(text.ReplaceLineEndings(" ")));

    /// <summary>Writes data, all of it at once: whoever is killed meanwhile has written it or not.</summary>
    /// <exception cref="OutputClosedException">Nobody reads it any more.</exception>
    /// <exception cref="SetupException">It cannot be written, to a full disk for one.</exception>
    public async Task WriteAsync(string text, CancellationToken cancellationToken = default)
    {
        try
        {
            // A reader that has stopped reading holds up nobody's Ctrl+C.
            await _output.Value.WriteAsync(Encoding.UTF8.GetBytes(text), CancellationToken.None).AsTask().WaitAsync(cancellationToken);
            await _output.Value.FlushAsync(CancellationToken.None);
        }
        catch (IOException closed) when (IsClosed(closed))
        {
            throw new OutputClosedException(closed);
        }
        catch (IOException failure)
        {
            throw new SetupException($"Standard output takes nothing more: {failure.Message}", failure);
        }
    }

    /// <summary>Waits until nobody reads the output any more: <c>listen | head -1</c> ends after the first message, not at the second.</summary>
    /// <exception cref="OutputClosedException">How it ends, unless it is cancelled.</exception>
    public async Task WaitForClosingAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var looks = new PeriodicTimer(LookInterval, time);
        while (!HasNoReader())
            await looks.WaitForNextTickAsync(cancellationToken);
        throw new OutputClosedException();
    }

    /// <summary>Standard input, line by line.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Not Console.In: it blocks whoever asks it, asynchronously too, and a program that waits for a line must hear Ctrl+C.
        // Left open at the end, because a read that was given up may still be under way in it.
        var input = new StreamReader(openInput(), Encoding.UTF8);
        while (await input.ReadLineAsync(CancellationToken.None).AsTask().WaitAsync(cancellationToken) is { } line)
            yield return line;
    }

    /// <summary>Standard output as a stream that fails when nobody reads it any more.</summary>
    /// <remarks>
    /// The console's own takes a broken pipe for success: <c>listen | head</c> would go on, and swallow and acknowledge
    /// every later message. A file keeps the console's, because a second stream would keep a second position in it.
    /// </remarks>
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();

        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }

    // EPIPE, and what Windows calls it: ERROR_BROKEN_PIPE, ERROR_NO_DATA.
    private static bool IsClosed(IOException failure) =>
        OperatingSystem.IsWindows() ? (failure.HResult & 0xffff) is 109 or 232 : failure.HResult == 32;
}
