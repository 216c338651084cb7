using Client.Transport;
using Microsoft.Win32.SafeHandles;

namespace TermChat.Commands;

/// <summary>How the commands talk: data on standard output, everything else on standard error.</summary>
internal static class Terminal
{
    /// <summary>Says something to the person, not to the program that reads the output.</summary>
    public static void Say(string text) => Console.Error.WriteLine("termchat: " + text);

    public static void WarnUnencrypted() =>
        Say("not encrypted yet: the relay can read these messages, and anybody can claim a name. For trying out only.");

    /// <summary>Says what was lost on the way to this person.</summary>
    public static void Tell(LossReport loss)
    {
        if (loss.Reason == LossReason.RelayRestarted)
            Say("the relay has restarted, and forgotten every message that waited there");
        else if (loss.Direction == LossDirection.Received)
            Say($"{loss.Count} messages for you were lost at the relay before you could get them");
    }

    /// <summary>Standard output as a stream that fails when nobody reads it any more.</summary>
    /// <remarks>
    /// The console's own takes a broken pipe for success: <c>listen | head</c> would go on, and swallow and acknowledge
    /// every later message. A file keeps the console's, because a second stream would keep a second position in it.
    /// </remarks>
    public static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();

        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }
}
