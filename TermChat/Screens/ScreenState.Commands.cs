using Client.Transport.Relay;
using Relay.Contracts;

namespace TermChat.Screens;

/// <content>What commands do.</content>
internal sealed partial class ScreenState
{
    private static readonly TimeSpan PingPatience = TimeSpan.FromSeconds(15);

    /// <summary>Questions whose answers are still to come. Each ends with something to say.</summary>
    private readonly List<Task<Piece>> _asked = [];

    /// <summary>A question was answered; <see cref="Refresh"/> shows it. Raised from any thread.</summary>
    public event Action? Answered;

    private void TakeAnswers()
    {
        var answered = _asked.Where(question => question.IsCompleted).ToList();
        foreach (var question in answered)
        {
            _asked.Remove(question);
            Said = [.. Said, question.Result];
        }
    }

    private void Do(InputCommand command)
    {
        switch (command)
        {
            case InputCommand.Say say:
                Send(say.Text);
                break;
            case InputCommand.Add add:
                Add(add);
                break;
            case InputCommand.Rename rename:
                Rename(rename);
                break;
            case InputCommand.Forget forget:
                Say(_chat.Forget(forget.Name) ? $"{forget.Name} is forgotten; the conversation stays." : $"You have no contact called {forget.Name}.");
                ReadConversations();
                break;
            case InputCommand.Message message:
                Open(Find(message.Peer));
                if (message.Text is { } text)
                    Send(text);
                break;
            case InputCommand.Ping ping:
                Ping(ping);
                break;
            case InputCommand.Id:
                Page = ScreenPage.Id(Self);
                break;
            case InputCommand.Contacts:
                Page = ScreenPage.Contacts(_chat.Contacts());
                break;
            case InputCommand.Reconnect:
                Reconnect();
                break;
            case InputCommand.Help:
                Page = ScreenPage.Help(Look.Marks);
                break;
            case InputCommand.Quit:
                Quit();
                break;
            case InputCommand.Wrong wrong:
                throw new ArgumentException(wrong.Why);
        }
    }

    private void Send(string text)
    {
        if (Pane is null)
            throw new ArgumentException("There is nobody to send this to yet. /add NAME PEERID adds somebody, /id shows what to give them.");

        _chat.Send(Pane.Peer, text);
        Pane.ForgetNew();
        Pane.GoToEnd();
        Refresh();
    }

    private void Add(InputCommand.Add add)
    {
        PeerId peer;
        if (add.Peer is { } text)
        {
            if (!PeerId.TryParse(text, out peer))
                throw new ArgumentException("That is no PeerId: a character is wrong, missing or too many. A PeerId has 61 characters and starts with tc1.");
        }
        else
        {
            peer = Current is { } current ? current.Peer : throw new ArgumentException("It is used like this: /add NAME PEERID");
        }

        _chat.Name(peer, add.Name);
        Open(peer);
        Say($"{add.Name} is now the name of {PeerLabel.Short(peer, Look.Marks)}.");
        ReadConversations();
    }

    private void Rename(InputCommand.Rename rename)
    {
        var contact = _chat.Contacts().FirstOrDefault(contact => contact.Name.Equals(rename.Old, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"You have no contact called {rename.Old}. /contacts shows them all.");
        _chat.Name(contact.Peer, rename.New);
        Say($"{contact.Name} is now called {rename.New}.");
        ReadConversations();
    }

    private void Ping(InputCommand.Ping ping)
    {
        var peer = ping.Peer is { } who
            ? Find(who)
            : Current?.Peer ?? throw new ArgumentException("It is used like this: /ping NAME-OR-PEERID");
        var name = PeerLabel.Of(peer, _chat.Contacts().FirstOrDefault(contact => contact.Peer == peer)?.Name, Look.Marks);
        Say($"Asking {name} to answer ...");
        var question = AskAsync(peer, name);
        _asked.Add(question);
        question.ContinueWith(_ => Answered?.Invoke(), TaskScheduler.Default);
    }

    private void Reconnect()
    {
        switch (Connection.State)
        {
            case RelayConnectionState.Waiting:
                _chat.ReconnectNow();
                break;
            case RelayConnectionState.Connected:
                Say("There is a connection to the relay already.");
                break;
            case RelayConnectionState.Connecting:
                Say("An attempt to connect is under way already.");
                break;
            default:
                throw new ArgumentException("This termchat makes no further attempt by itself. Leave it with /quit, and start it again.");
        }
    }

    private async Task<Piece> AskAsync(PeerId peer, string name)
    {
        try
        {
            var reply = await _chat.PingAsync(peer, PingPatience, _leaving).ConfigureAwait(false);
            return new Piece($"{name} answered in {reply.RoundTrip.TotalMilliseconds:0} ms, path: {LineStatus.PathName(reply.Path)}.", Tone.Good);
        }
        catch (TimeoutException)
        {
            return new Piece($"{name} did not answer within {PingPatience.TotalSeconds:0} s: away, or not to be reached.", Tone.Warning);
        }
        catch (Exception failed)
        {
            // Whatever went wrong with a question, the chat goes on.
            return new Piece($"{name} could not be asked: {failed.Message}", Tone.Bad);
        }
    }

    private PeerId Find(string who) => _chat.Find(who) ?? throw new ArgumentException(PeerId.LooksLikeKey(who)
        ? "That is no PeerId, though it starts like one: a character is wrong, missing or too many."
        : $"You have no contact called {who}. /contacts shows them all, /add makes one.");
}
