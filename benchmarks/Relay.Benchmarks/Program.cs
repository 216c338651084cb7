using System.CommandLine;
using Relay.Benchmarks.Commands;
using Relay.Benchmarks.Fuzzing;
using Relay.Benchmarks.Leak;

var root = new RootCommand("Measures what a message costs this relay, against servers that promise less.")
{
    CompareCommand.Create(),
    ReportCommand.Create(),
    MicroCommand.Create(),
    ChaosCommand.Create(),
    ServeCommand.Create(),
    FuzzCommand.Create(),
    LeakCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
