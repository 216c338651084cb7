using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Always 1: what people write to each other is nowhere but with them.</summary>
public sealed class SecrecyTests
{
    [Fact]
    public async Task Always_1_the_memory_of_a_relay_that_holds_messages_contains_none_of_their_text()
    {
        await using var people = await TwoPeople.MeetAsync("--Relay:AllowNamedPeers=true");
        var relay = people.Relay.Process;
        Assert.SkipWhen(ProcessMemory.Unavailable(relay) is not null, ProcessMemory.Unavailable(relay) ?? "");
        var (encrypted, plain) = (Marker(), Marker());
        await using var alice = await people.SendLinesAsync(Enumerable.Repeat($"The word is {encrypted}.", 50));
        Assert.True(await alice.WaitForExitAsync() == 0, alice.Story());

        // The same from a name, without encryption: what shows that this search finds what is there.
        await using var named = ProgramProcess.Start("termchat", "send", "dave", $"The word is {plain}.", "--as", "carol", "--relay", people.Relay.Url);
        Assert.True(await named.WaitForExitAsync() == 0, named.Story());

        relay.Suspend();
        var found = ProcessMemory.Holds(
            relay, [Encoding.UTF8.GetBytes(encrypted), Encoding.Unicode.GetBytes(encrypted), Encoding.UTF8.GetBytes(plain), Encoding.UTF8.GetBytes(people.BobId)]);
        relay.Continue();

        Assert.Equal((false, false, true, true), (found[0], found[1], found[2], found[3]));

        // And it was there to be found, had the relay been able to read it.
        await using var bob = await Listener.StartAsync(people.Bob);
        await bob.HearsAsync(50);
        Assert.Equal(Enumerable.Repeat($"The word is {encrypted}.", 50), bob.Heard());
    }

    [Fact]
    public async Task No_log_of_any_program_holds_a_PeerId_or_a_text()
    {
        await using var people = await TwoPeople.MeetAsync("--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace");
        people.Alice.Environment["TERMCHAT_LOG"] = Path.Combine(people.Alice.Folder, "everything.log");
        people.Bob.Environment["TERMCHAT_LOG"] = Path.Combine(people.Bob.Folder, "everything.log");
        var marker = Marker();

        // All that gets logged: sessions begun, kept for later and lost, a relay that goes away, a takeover by a copied profile.
        await using var bob = await Listener.StartAsync(people.Bob);
        await people.Alice.RunAsync("send", "bob", "--wait", $"{marker} 1");
        await people.Bob.RunAsync("send", people.AliceId, $"{marker} 2");
        await bob.KillAsync();
        await people.Alice.RunAsync("send", "bob", $"{marker} 3");
        await people.Relay.KillAsync();
        await using (var waiting = people.Alice.Start("send", "bob", $"{marker} 4", "--timeout", "1"))
            Assert.Equal(1, await waiting.WaitForExitAsync());
        await people.Relay.StartAgainAsync();
        await bob.StartAgainAsync();
        using var copy = new PersonProcess(people.Relay.Url);
        File.Copy(people.Bob.KeyPath, copy.KeyPath);
        await using var second = await Listener.StartAsync(copy);
        Assert.Equal(1, await bob.Process.WaitForExitAsync());

        await people.Alice.RunAsync("send", "bob", "--wait", $"{marker} 5");
        people.Relay.Process.Terminate();
        Assert.Equal(0, await people.Relay.Process.WaitForExitAsync());
        second.Process.Interrupt();
        await second.Process.WaitForExitAsync();

        var logs = new Dictionary<string, string> { ["the relay's output"] = people.Relay.Said };
        foreach (var file in new[] { people.Alice, people.Bob, copy }.SelectMany(person => Directory.GetFiles(person.Folder, "*.log")))
            logs[file] = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("Registered", people.Relay.Said, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(logs.Count, 3, 7);
        foreach (var (log, text) in logs)
        {
            Assert.NotEqual("", text);
            foreach (var secret in new[] { marker, people.AliceId, people.BobId })
                Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{log} contains {secret}:\n{text}");
        }
    }

    private static string Marker() => RandomNumberGenerator.GetHexString(24, lowercase: true) + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
