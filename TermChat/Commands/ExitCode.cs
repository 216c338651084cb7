namespace TermChat.Commands;

/// <summary>How a command ends, for scripts.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>It did not do what was asked, and said why.</summary>
    public const int Failure = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C came first: 128 and the signal's number, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the output reads no more, as <c>head</c> does when it has enough: 128 and the number of SIGPIPE.</summary>
    public const int OutputClosed = 141;
}
