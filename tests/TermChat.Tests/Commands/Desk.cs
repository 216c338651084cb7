using System.Text;
using Microsoft.Extensions.Time.Testing;
using Relay.Contracts;
using TermChat.Commands;
using TermChat.Conversations;
using TermChat.Conversations.Storage;
using TermChat.Identity;
using TermChat.Tests.Identity;

namespace TermChat.Tests.Commands;

/// <summary>Somebody who types commands: a profile in a folder of its own, a chat a test decides about, and all that was printed.</summary>
internal sealed class Desk : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _errors = new();
    private readonly Dictionary<string, string> _variables = [];
    private ChatStore? _contacts;

    public static PeerId Bob { get; } = NewPeer();

    public static PeerId Stranger { get; } = NewPeer();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 6, 0, 0, TimeSpan.Zero));

    /// <summary>The clock the commands get; <see cref="Time"/> unless a test needs another.</summary>
    public TimeProvider? Clock { get; set; }

    public MemoryStream Output { get; } = new();

    /// <summary>Takes the place of <see cref="Output"/>.</summary>
    public Stream? OutputStream { get; set; }

    public string Input { get; set; } = "";

    public bool IsTerminal { get; set; }

    public Func<IChatClient, Task<int>> Screen { get; set; } = _ => Task.FromResult(ExitCode.Success);

    public Profile Profile => Profile.Open(_folder.Path);

    public ScriptedChat Chat => field ??= new ScriptedChat(Stranger, Contacts);

    public ChatStore Contacts => _contacts ??= ChatStore.Open(Profile.DatabasePath);

    public Uri? Relay { get; private set; }

    public string Said => _errors.ToString();

    public string Printed => Encoding.UTF8.GetString(Output.ToArray());

    public string this[string name] => _folder[name];

    public void Set(string variable, string value) => _variables[variable] = value;

    public Task<int> RunAsync(params string[] arguments) => RunAsync(TestContext.Current.CancellationToken, arguments);

    public Task<int> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        TermChatProgram.RunAsync([.. arguments, "--profile", _folder.Path], Around(), cancellationToken);

    /// <summary>Without naming the profile, for what may have nothing to do with one.</summary>
    public Task<int> RunBareAsync(params string[] arguments) => TermChatProgram.RunAsync(arguments, Around(), TestContext.Current.CancellationToken);

    public Surroundings Around() => new()
    {
        Streams = new StandardStreams(() => new MemoryStream(Encoding.UTF8.GetBytes(Input)), () => OutputStream ?? Output, _errors)
        {
            IsInputTerminal = IsTerminal,
            IsOutputTerminal = IsTerminal,
        },
        Time = Clock ?? Time,
        Variable = name => _variables.GetValueOrDefault(name),
        OpenContacts = profile => ChatStore.Open(profile.DatabasePath),
        StartChat = (_, _, relay, _) =>
        {
            Relay = relay;
            return Chat;
        },
        ShowScreen = (chat, _, _) => Screen(chat),
    };

    public void Dispose()
    {
        _contacts?.Dispose();
        _folder.Dispose();
    }

    private static PeerId NewPeer()
    {
        using var key = PeerKey.Generate();
        return key.PeerId;
    }
}
