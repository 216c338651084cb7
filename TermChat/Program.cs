using System.CommandLine;
using TermChat.Commands;

var root = new RootCommand("Private chat in the terminal. So far: plain messages between named peers, through a relay.")
{
    ListenCommand.Create(),
    SendCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
