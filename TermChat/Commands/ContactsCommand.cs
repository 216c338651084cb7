using System.CommandLine;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary><c>termchat contacts</c>: names for PeerIds. Needs no relay.</summary>
internal static class ContactsCommand
{
    public static Command Create(ProgramOptions options)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line" };
        var command = new Command("contacts", "List your contacts: the name, a tab, the PeerId")
        {
            json, Add(options), Rename(options), Remove(options),
        };
        options.Help.Explain(command, """
            Examples:
              termchat contacts
              termchat contacts add bob tc1...
              termchat contacts rename bob robert
              termchat contacts remove robert
            """);
        command.SetAction((parsed, cancellationToken) => RunAsync(options, parsed, contacts => options.Streams.WriteAsync(
            parsed.GetValue(json) ? AsJson(contacts.Contacts()) : AsText(contacts.Contacts(), options.Streams), cancellationToken)));
        return command;
    }

    private static Command Add(ProgramOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "Your name for it: letters, digits and '.', '_', '-'" };
        var peer = new Argument<PeerId>("PEERID")
        {
            Description = "What 'termchat id' says on the other side",
            CustomParser = result =>
            {
                try
                {
                    return PeerId.Parse(result.Tokens[0].Value.Trim());
                }
                catch (FormatException wrong)
                {
                    result.AddError(wrong.Message);
                    return default;
                }
            },
        };
        var command = new Command("add", "Give a PeerId a name") { name, peer };
        options.Help.Explain(command, """
            Example:
              termchat contacts add bob tc1...
            """);
        command.SetAction((parsed, _) => RunAsync(options, parsed, contacts =>
        {
            var (who, wanted) = (parsed.GetValue(peer), parsed.GetRequiredValue(name));
            if (contacts.Contacts().FirstOrDefault(contact => contact.Peer == who) is { } known && known.Name != wanted)
            {
                throw new SetupException(
                    $"this PeerId is '{known.Name}' already. Rename that one: " +
                    $"termchat contacts rename {known.Name} {ShellWord.Quote(ChatText.Printable(wanted))}");
            }

            return NameAsync(contacts, who, wanted);
        }));
        return command;
    }

    private static Command Rename(ProgramOptions options)
    {
        var old = Existing(options, "OLD");
        var wanted = new Argument<string>("NEW") { Description = "The name from now on" };
        var command = new Command("rename", "Give a contact another name") { old, wanted };
        options.Help.Explain(command, """
            Example:
              termchat contacts rename bob robert
            """);
        command.SetAction((parsed, _) => RunAsync(options, parsed, contacts =>
            NameAsync(contacts, Find(contacts, parsed.GetRequiredValue(old)).Peer, parsed.GetRequiredValue(wanted))));
        return command;
    }

    private static Command Remove(ProgramOptions options)
    {
        var name = Existing(options, "NAME");
        var command = new Command("remove", "Forget a name. The conversation stays, under the PeerId") { name };
        options.Help.Explain(command, """
            Example:
              termchat contacts remove robert
            """);
        command.SetAction((parsed, _) => RunAsync(options, parsed, contacts =>
        {
            contacts.Forget(Find(contacts, parsed.GetRequiredValue(name)).Name);
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Argument<string> Existing(ProgramOptions options, string name)
    {
        var argument = new Argument<string>(name) { Description = "The name of a contact", HelpName = name };
        argument.CompleteContacts(options);
        return argument;
    }

    private static Contact Find(IContacts contacts, string name) =>
        contacts.Contacts().FirstOrDefault(contact => contact.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new SetupException($"there is no contact '{ChatText.Printable(name)}'. 'termchat contacts' lists them.");

    private static Task NameAsync(IContacts contacts, PeerId peer, string name)
    {
        try
        {
            contacts.Name(peer, name);
            return Task.CompletedTask;
        }
        catch (ArgumentException wrong)
        {
            throw new SetupException(wrong.Sentence(), wrong);
        }
    }

    private static async Task<int> RunAsync(ProgramOptions options, ParseResult parsed, Func<IContacts, Task> work)
    {
        var contacts = options.Around.OpenContacts(options.OpenProfile(parsed));
        using var owned = contacts as IDisposable;
        await work(contacts);
        return ExitCode.Success;
    }

    private static string AsText(IReadOnlyList<Contact> contacts, StandardStreams streams)
    {
        var width = streams.IsOutputTerminal ? contacts.Select(contact => contact.Name.Length).DefaultIfEmpty().Max() + 2 : 0;
        return string.Concat(contacts.Select(contact => width > 0
            ? $"{contact.Name.PadRight(width)}{contact.Peer.Value}\n"
            : $"{contact.Name}\t{contact.Peer.Value}\n"));
    }

    private static string AsJson(IReadOnlyList<Contact> contacts) => string.Concat(contacts.Select(contact => JsonLine.Write(json =>
    {
        json.WriteString("name", contact.Name);
        json.WriteString("peer", contact.Peer.Value);
    })));
}
