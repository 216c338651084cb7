using System.CommandLine;
using Relay.Contracts;
using TermChat.Conversations;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>Somebody else, on the command line: a contact's name or a PeerId.</summary>
internal static class PeerArgument
{
    public static Argument<string> Create(string description) => new("PEER") { Description = description, HelpName = "PEER" };

    /// <exception cref="SetupException">Nobody is meant by it; the message says what to do.</exception>
    public static PeerId Find(IContacts contacts, string text)
    {
        if (contacts.Find(text) is { } peer)
            return peer;

        throw new SetupException(PeerId.LooksLikeKey(text.Trim())
            ? Mistake(text.Trim())
            : $"there is no contact '{ChatText.Printable(text)}'. 'termchat contacts' lists them, and 'termchat contacts add NAME PEERID' makes one.");
    }

    /// <summary>What a line calls a peer: the contact's name, or the PeerId.</summary>
    public static string NameOf(this IContacts contacts, PeerId peer) =>
        contacts.Contacts().FirstOrDefault(contact => contact.Peer == peer)?.Name ?? peer.Value;

    private static string Mistake(string text)
    {
        try
        {
            return $"{PeerId.Parse(text)} is nobody to send to.";
        }
        catch (FormatException wrong)
        {
            return wrong.Message;
        }
    }
}
