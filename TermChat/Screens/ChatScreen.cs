using System.Runtime.InteropServices;
using TermChat.Conversations;
using Terminal.Gui.Drivers;

namespace TermChat.Screens;

/// <summary>The full-screen client.</summary>
internal static class ChatScreen
{
    // The framework asks for mouse reports. Without them, the mouse marks and copies text as everywhere else in the terminal.
    private const string MouseOff = "\u001b[?1003l\u001b[?1002l\u001b[?1000l\u001b[?1015l\u001b[?1006l";

    /// <summary>128 and the number of the signal, as shells have it.</summary>
    private const int HungUp = 129;

    /// <summary>Why there can be no full screen here; null if there can.</summary>
    public static string? Unavailable =>
        Console.IsInputRedirected || Console.IsOutputRedirected ? "the full-screen client needs a terminal for its input and output"
        : Environment.GetEnvironmentVariable("TERM") == "dumb" ? "this terminal (TERM=dumb) cannot show a full screen"
        : null;

    /// <summary>Shows the chat until the person leaves.</summary>
    /// <remarks>Takes over the terminal, and gives it back as it was however this ends. Only one can run at a time.</remarks>
    /// <returns>The exit code of the program.</returns>
    public static async Task<int> RunAsync(IChat chat, ScreenOptions options, CancellationToken cancellationToken = default)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var hungUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            leaving.Cancel();
            hungUp.TrySetResult();
        });

        // A thread of its own: the loop below never yields.
        var screen = Task.Factory.StartNew(() => Run(chat, options, leaving), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        // With its terminal gone the framework's loop may never come to its end: there is nothing to give back, and nobody
        // to wait for. The thread is a background one and ends with the program.
        return await Task.WhenAny(screen, hungUp.Task) == screen ? await screen : HungUp;
    }

    private static int Run(IChat chat, ScreenOptions options, CancellationTokenSource leaving)
    {
        using var terminate = LeaveOn(PosixSignal.SIGTERM, leaving);
        using var interrupt = LeaveOn(PosixSignal.SIGINT, leaving);

        using var app = ScreenApplication.Create();
        app.Init(DriverRegistry.Names.ANSI);
        app.Driver!.Force16Colors = true;
        app.Driver.WriteRaw(MouseOff);

        var state = new ScreenState(chat, options, leaving.Token);
        using var window = new ChatWindow(chat, state, new Theme(options.Color));
        app.Paste += (_, paste) =>
        {
            window.Paste(paste.Text);
            paste.Handled = true;
        };
        var lastSecond = options.Time.GetTimestamp();
        app.Iteration += (_, _) =>
        {
            if (leaving.IsCancellationRequested)
                app.RequestStop(window);
            var secondHasPassed = options.Time.GetElapsedTime(lastSecond) >= TimeSpan.FromSeconds(1);
            if (secondHasPassed)
                lastSecond = options.Time.GetTimestamp();
            window.Tick(secondHasPassed);
        };

        app.Run(window);
        leaving.Cancel();
        return 0;
    }

    // Ended from outside, the terminal is given back all the same, and what is stored is closed in order.
    private static PosixSignalRegistration LeaveOn(PosixSignal signal, CancellationTokenSource leaving) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        leaving.Cancel();
    });
}
