using System.CommandLine;
using TermChat.Conversations;

namespace TermChat.Commands.Doctor;

/// <summary><c>termchat doctor</c>: why does it not connect?</summary>
internal static class DoctorCommand
{
    public static Command Create(ProgramOptions options)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line: step, result (ok, fail or skip), text" };
        var command = new Command("doctor", "Find out why it does not connect: looks at everything on the way to the relay")
        {
            json, options.Relay,
        };
        options.Help.Explain(command, """
            A line for each step: profile, configuration, DNS, TCP, TLS, WebSocket, hub,
            registration, clock. Where one fails its line says what to do, and what needs
            it is skipped. Ends with 0 when nothing failed.

            Examples:
              termchat doctor
              termchat doctor --relay wss://relay.example.com
            """);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var relay = new Case(() => options.OpenProfile(parsed), profile => options.ChooseRelay(parsed, profile), options.Around.Time);
            var format = parsed.GetValue(json) ? (Func<Step, Finding, string>)AsJson : AsText;
            return await Examination.RunAsync(
                Step.All, relay, (step, finding) => options.Streams.WriteAsync(format(step, finding), cancellationToken), cancellationToken)
                ? ExitCode.Success
                : ExitCode.Failure;
        });
        return command;
    }

    // Names in certificates and words of servers are strangers' text.
    private static string AsText(Step step, Finding finding) =>
        $"{(finding.Verdict == Verdict.Fail ? "FAIL" : Name(finding.Verdict)),-5} {step.Name,-14} {ChatText.Printable(finding.Text)}\n";

    private static string AsJson(Step step, Finding finding) => JsonLine.Write(json =>
    {
        json.WriteString("step", step.Name);
        json.WriteString("result", Name(finding.Verdict));
        json.WriteString("text", finding.Text);
    });

    private static string Name(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Fail => "fail",
        _ => "skip",
    };
}
