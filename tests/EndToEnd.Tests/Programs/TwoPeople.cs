using System.Globalization;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Alice and Bob with keys and profiles of their own, and the relay between them.</summary>
internal sealed class TwoPeople : IAsyncDisposable
{
    private TwoPeople(RelayProcess relay, PersonProcess alice, PersonProcess bob) => (Relay, Alice, Bob) = (relay, alice, bob);

    public RelayProcess Relay { get; }

    public PersonProcess Alice { get; }

    public PersonProcess Bob { get; }

    public required string AliceId { get; init; }

    public required string BobId { get; init; }

    /// <summary>A relay that runs, and two identities. Alice calls Bob <c>bob</c>; he does not know her.</summary>
    public static async Task<TwoPeople> MeetAsync(params string[] relaySettings)
    {
        var relay = RelayProcess.StartAsync(relaySettings);
        var (alice, bob) = (new PersonProcess(), new PersonProcess());
        var ids = await Task.WhenAll(alice.RunAsync("id"), bob.RunAsync("id"));
        await alice.RunAsync("contacts", "add", "bob", ids[1]);
        var people = new TwoPeople(await relay, alice, bob) { AliceId = ids[0], BobId = ids[1] };
        alice.Environment["TERMCHAT_RELAY"] = bob.Environment["TERMCHAT_RELAY"] = people.Relay.Url;
        return people;
    }

    public static IEnumerable<string> Numbers(int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(number => number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Alice sends lines to Bob through standard input, and closes it.</summary>
    public async Task<ProgramProcess> SendLinesAsync(IEnumerable<string> lines, params string[] options)
    {
        var sender = StartSending(options);
        await FeedAsync(sender, lines);
        sender.CloseInput();
        return sender;
    }

    public ProgramProcess StartSending(params string[] options) => Alice.Start(["send", "bob", "--stdin", .. options]);

    /// <summary>Writes lines to a sender, as long as it lives.</summary>
    public static async Task FeedAsync(ProgramProcess sender, IEnumerable<string> lines)
    {
        try
        {
            foreach (var line in lines)
                await sender.WriteLineAsync(line);
        }
        catch (IOException)
        {
            // Killed. What it had not read is lost with the pipe, as at any shell.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        Alice.Dispose();
        Bob.Dispose();
    }
}
