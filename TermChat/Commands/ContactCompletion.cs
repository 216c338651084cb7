using System.CommandLine;
using TermChat.Identity;

namespace TermChat.Commands;

/// <summary>Offers the names of contacts to a shell that completes what is typed.</summary>
internal static class ContactCompletion
{
    public static void CompleteContacts(this Argument<string> argument, ProgramOptions options) => argument.CompletionSources.Add(context =>
    {
        try
        {
            // Whoever presses Tab has not asked for a profile: look only into one that is there.
            return File.Exists(Path.Combine(options.Folders(context.ParseResult).Data, Profile.DatabaseName)) ? Names(options, context.ParseResult) : [];
        }
        catch (Exception broken) when (broken is SetupException or ArgumentException)
        {
            // What is wrong is told by the command itself; in the middle of a line there is no place for it.
            return [];
        }
    });

    private static string[] Names(ProgramOptions options, ParseResult parsed)
    {
        var contacts = options.Around.OpenContacts(options.OpenProfile(parsed));
        using var owned = contacts as IDisposable;
        return [.. contacts.Contacts().Select(contact => contact.Name)];
    }
}
