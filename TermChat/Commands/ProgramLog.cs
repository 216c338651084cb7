using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>Where the program writes down what a person need not read. Never PeerIds, texts or keys.</summary>
internal sealed class ProgramLog : IDisposable
{
    /// <summary>Names the log file; an option of the command line comes before it.</summary>
    public const string Variable = "TERMCHAT_LOG";

    // One full file and the one before it: enough for what went wrong lately, and never much of a disk.
    private const int MaxBytes = 1 << 20;
    private const int Files = 2;

    private readonly Logger _logger;

    private ProgramLog(string path, LogEventLevel own, LogEventLevel others)
    {
        Path = path;
        _logger = new LoggerConfiguration()
            .MinimumLevel.Is(own)
            .MinimumLevel.Override("Microsoft", others)
            .MinimumLevel.Override("System", others)
            .WriteTo.File(
                path,
                formatProvider: System.Globalization.CultureInfo.InvariantCulture,
                outputTemplate: "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                fileSizeLimitBytes: MaxBytes,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: Files)
            .CreateLogger();
        Loggers = new SerilogLoggerFactory(_logger);
    }

    public string Path { get; }

    public ILoggerFactory Loggers { get; }

    /// <summary>What somebody who looks for a mistake wants to know.</summary>
    /// <exception cref="SetupException">The file cannot be written.</exception>
    public static ProgramLog Detailed(string path)
    {
        try
        {
            // Serilog keeps to itself that it cannot write; a person who asks for a log has to know.
            new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The log file {path} cannot be written: {failure.Message}", failure);
        }

        return new ProgramLog(System.IO.Path.GetFullPath(path), LogEventLevel.Debug, LogEventLevel.Information);
    }

    /// <summary>What went wrong, for nobody in particular. One that cannot be written is none.</summary>
    /// <remarks>Without the framework's words: they are stack traces for a relay that is away, and our own say which and why in a line.</remarks>
    public static ProgramLog Brief(string path) => new(path, LogEventLevel.Warning, LogEventLevel.Fatal);

    public void Dispose()
    {
        Loggers.Dispose();
        _logger.Dispose();
    }
}
