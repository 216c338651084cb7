namespace TermChat.Screens;

/// <summary>What decides how text is laid out, apart from its width.</summary>
/// <param name="Marks">The small signs.</param>
/// <param name="Zone">Whose times are shown.</param>
/// <param name="Unicode">False where the terminal would not understand more than ASCII.</param>
internal sealed record Look(Marks Marks, TimeZoneInfo Zone, bool Unicode)
{
    public static Look Of(bool unicode, TimeZoneInfo zone) => new(unicode ? Marks.Unicode : Marks.Ascii, zone, unicode);

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);
}
