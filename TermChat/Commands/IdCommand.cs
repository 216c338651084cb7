using System.CommandLine;

namespace TermChat.Commands;

/// <summary><c>termchat id</c>: the PeerId to give to others.</summary>
internal static class IdCommand
{
    public static Command Create(ProgramOptions options)
    {
        var code = new Option<bool>("--qr") { Description = "Draw it too, for a camera" };
        var command = new Command("id", "Print your PeerId: what others need to write to you. Makes your identity the first time.")
        {
            code,
        };
        options.Help.Explain(command, """
            Examples:
              termchat id
              termchat id --qr
            """);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var key = Online.LoadKey(options.Streams, options.OpenProfile(parsed));
            var text = key.PeerId.Value + "\n";
            if (parsed.GetValue(code))
                text += QrPicture.Draw(key.PeerId.Value, options.Streams.HasColour);
            await options.Streams.WriteAsync(text, cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }
}
