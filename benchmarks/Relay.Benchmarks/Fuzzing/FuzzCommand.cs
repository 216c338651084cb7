using System.CommandLine;
using Relay.Benchmarks.Fuzzing.Client;
using Relay.Benchmarks.Fuzzing.Server;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Fuzzing;

/// <summary><c>fuzz</c>: frames that are wrong in every way, against the relay and against its clients.</summary>
internal static class FuzzCommand
{
    private const string ServerSide = "server";
    private const string ClientSide = "client";

    public static Command Create()
    {
        var defaults = new FuzzSettings();
        var frames = new Option<long>("--frames") { DefaultValueFactory = _ => defaults.Frames, Description = "how many have to be read" };
        var seed = new Option<int>("--seed") { DefaultValueFactory = _ => defaults.Seed, Description = "of all chance: the same one makes the same frames" };
        var minutes = new Option<double>("--minutes") { DefaultValueFactory = _ => defaults.AtMost.TotalMinutes, Description = "the longest it may take" };
        var side = new Option<string>("--side") { DefaultValueFactory = _ => ServerSide, Description = "who is under fire" };
        var findings = new Option<DirectoryInfo?>("--findings") { Description = "a folder for the frames after which something was found; of the side of the server only" };
        var replay = new Option<FileInfo>("--replay") { Description = "a file from there, to be sent once more" };
        var samples = new Option<DirectoryInfo?>("--samples") { Description = "only writes some frames of every kind into a folder" };
        var relay = new Option<string[]>("--relay") { AllowMultipleArgumentsPerToken = true, Description = "further settings of the relay; it is only there on the side of the server" };
        var json = new Option<FileInfo?>("--json") { Description = "a file to write the figures to as well" };
        side.AcceptOnlyFromAmong(ServerSide, ClientSide);
        replay.AcceptExistingOnly();
        side.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: ClientSide }] && new Option[] { findings, replay, relay }.FirstOrDefault(option => given.GetResult(option) is { Implicit: false }) is { } other)
                given.AddError($"{other.Name} is for --side {ServerSide}: who fires at clients is no relay, and its frames are made again by the same --seed.");
        });

        var command = new Command("fuzz", "Sends frames that are wrong in every way, and sees that nothing comes of it.") { frames, seed, minutes, side, findings, replay, samples, relay, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new FuzzSettings
            {
                Frames = parsed.GetValue(frames),
                Seed = parsed.GetValue(seed),
                AtMost = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Findings = parsed.GetValue(findings),
                Relay = parsed.GetValue(relay) ?? [],
            };
            if (parsed.GetValue(samples) is { } folder)
            {
                Samples.Write(folder, settings.Seed);
                return 0;
            }

            Console.WriteLine(Machine.Describe());
            Console.WriteLine();
            var outcome = parsed.GetValue(replay) is { } file
                ? await Replay.RunAsync(file, settings.Relay, cancellationToken)
                : parsed.GetValue(side) == ClientSide
                    ? await new ClientFuzz(settings, Console.WriteLine).RunAsync(cancellationToken)
                    : await new ServerFuzz(settings, Console.WriteLine).RunAsync(cancellationToken);
            outcome.Write(Console.Out);
            if (parsed.GetValue(json) is { } output)
                outcome.WriteJson(output);
            return outcome.IsGood ? 0 : 1;
        });
        return command;
    }
}
