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

    public static ScreenPage Welcome(PeerId self) => new("Welcome to TermChat",
    [
        Row.Of("Only you and the people you write to can read what you write here."),
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
        .. CommandBook.Entries.Select(entry => Entry(entry.Usage, entry.Does)),
        Entry("//TEXT", "send a message that begins with a slash"),
        Row.Empty,
        Entry("Tab  Alt+Enter", "complete what you type; a line break in it"),
        Entry("PageUp PageDown Up Down End", "read back, and return to the newest line"),
        Entry("Up, with nothing typed", "your last text again"),
        Entry("Ctrl+N  Ctrl+P", "next, previous conversation (or Alt+Down, Alt+Up)"),
        Entry("Esc  Ctrl+C  Ctrl+Q", "leave this page; leave TermChat"),
        Row.Of($"{marks.Waiting} waiting", Tone.Warning).Plus(": still here    ")
            .Plus($"{marks.Sent} at relay").Plus(": the other device does not have it yet"),
        Row.Of(marks.Delivered, Tone.Good).Plus(" relay, direct: it arrived, and how    ")
            .Plus($"{marks.Failed} failed", Tone.Bad).Plus(": the reason is below it"),
    ]);

    private static Row Entry(string what, string does) => Row.Of(what, Tone.Strong).Fit(29).Plus(does);
}
