using Relay.Contracts;
using TermChat.Conversations;

namespace TermChat.Screens;

/// <summary>A page that takes the place of the conversations until the person goes on. It has the full width, so that a PeerId stays on one row.</summary>
internal sealed class ScreenPage(string title, IReadOnlyList<Row> content)
{
    private int _top;

    public string Title => title;

    public void Scroll(int rows) => _top += rows;

    /// <summary>The rows in sight, at most so many.</summary>
    public IReadOnlyList<Row> Rows(int height)
    {
        _top = Math.Clamp(_top, 0, Math.Max(0, content.Count - height));
        return [.. content.Skip(_top).Take(height)];
    }

    public bool HasBelow(int height) => _top + height < content.Count;

    public static ScreenPage Welcome(PeerId self) => new("Welcome",
    [
        Row.Of("Welcome to TermChat. Only you and the people you write to can read what you write."),
        Row.Empty,
        Row.Of("This is your PeerId. Give it to whoever should be able to write to you:"),
        Row.Empty,
        Row.Of(self.Value, Tone.Strong),
        Row.Empty,
        Row.Of("When somebody gave you theirs, give it a name, and start to write:"),
        Row.Empty,
        Row.Of("/add NAME PEERID", Tone.Strong),
        Row.Empty,
        Row.Of("A message for somebody who is away waits until both of you can be reached."),
        Row.Of("/id shows your PeerId again, /help shows everything else."),
    ]);

    public static ScreenPage Id(PeerId self) => new("Your PeerId",
    [
        Row.Of("Give this to whoever should be able to write to you. It is no secret."),
        Row.Empty,
        Row.Of(self.Value, Tone.Strong),
        Row.Empty,
        Row.Of(self.IsKey ? "They add you with: /add NAME PEERID" : "It is a plain name, for trying out: nobody can prove to own it.", Tone.Quiet),
    ]);

    public static ScreenPage Contacts(IReadOnlyList<Contact> contacts) => new("Contacts", contacts.Count == 0
        ? [Row.Of("Nobody has a name yet. /add NAME PEERID gives one.")]
        : [.. contacts.OrderBy(contact => contact.Name, StringComparer.OrdinalIgnoreCase)
            .SelectMany(contact => new[] { Row.Of(contact.Name, Tone.Strong), Row.Of("  " + contact.Peer.Value) })]);

    public static ScreenPage Help(Marks marks) => new("Help",
    [
        .. CommandBook.Entries.Select(entry => Row.Of(entry.Usage, Tone.Strong).Fit(28).Plus(entry.Does)),
        Row.Of("//text", Tone.Strong).Fit(28).Plus("send a message that begins with /"),
        Row.Empty,
        Row.Of("Tab", Tone.Strong).Fit(28).Plus("complete a command or a name"),
        Row.Of("Ctrl+N  Ctrl+P", Tone.Strong).Fit(28).Plus("next, previous conversation (or Alt+Down, Alt+Up)"),
        Row.Of("PageUp PageDown Up Down", Tone.Strong).Fit(28).Plus("read back; End goes to the newest line"),
        Row.Of("Up", Tone.Strong).Fit(28).Plus("in an empty line: your last text again"),
        Row.Of("Alt+Enter", Tone.Strong).Fit(28).Plus("a line break in the message"),
        Row.Of("Ctrl+C  Ctrl+Q", Tone.Strong).Fit(28).Plus("leave"),
        Row.Empty,
        Row.Of("Beside each line you wrote:", Tone.Quiet),
        Row.Of($"{marks.Waiting} waiting", Tone.Warning).Fit(28).Plus("still here; goes out as soon as it can"),
        Row.Of($"{marks.Sent} at relay").Fit(28).Plus("the relay has it, the other device not yet"),
        Row.Of(marks.Delivered, Tone.Good).Plus(" relay, direct").Fit(28).Plus("the other device has it, and the way it took"),
        Row.Of($"{marks.Failed} failed", Tone.Bad).Fit(28).Plus("it will not arrive; the reason is below it"),
        Row.Of("? before a name").Fit(28).Plus("somebody you gave no name; /add NAME does"),
    ]);
}
