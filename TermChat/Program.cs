using System.CommandLine;
using System.CommandLine.Invocation;
using TermChat.Commands;

var root = new RootCommand("Private chat in the terminal. So far: plain messages between named peers, through a relay.")
{
    ListenCommand.Create(),
    SendCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction wrong)
{
    // One line says what was wrong; the whole help under it would hide that.
    wrong.ShowHelp = false;
}

return await parsed.InvokeAsync();
