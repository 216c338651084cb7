using System.Runtime.Versioning;
using TermChat.Identity;

namespace TermChat.Tests.Identity;

[UnsupportedOSPlatform("windows")]
public sealed class ProfileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_wish_a_profile_lies_where_the_XDG_convention_says()
    {
        var usual = ProfileFolders.Choose(null, Nothing, "/home/alice");
        var named = ProfileFolders.Choose(null, Variables(("XDG_DATA_HOME", "/data"), ("XDG_CONFIG_HOME", "/config")), "/home/alice");
        var relative = ProfileFolders.Choose(null, Variables(("XDG_DATA_HOME", "data")), "/home/alice");

        Assert.Equal(new ProfileFolders("/home/alice/.local/share/termchat", "/home/alice/.config/termchat"), usual);
        Assert.Equal(new ProfileFolders("/data/termchat", "/config/termchat"), named);
        Assert.Equal(usual, relative);
    }

    [Fact]
    public void A_folder_that_was_asked_for_holds_everything_and_comes_before_the_environment()
    {
        var environment = Variables((ProfileFolders.Variable, "/from/environment"), ("XDG_DATA_HOME", "/data"));

        Assert.Equal(new ProfileFolders("/asked/for", "/asked/for"), ProfileFolders.Choose("/asked/for", environment, "/home/alice"));
        Assert.Equal(new ProfileFolders("/from/environment", "/from/environment"), ProfileFolders.Choose(null, environment, "/home/alice"));
    }

    [Fact]
    public void Somebody_without_a_home_is_told_to_name_a_folder() =>
        Assert.Contains("--profile", Assert.Throws<SetupException>(() => ProfileFolders.Choose(null, Nothing, "")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_new_profile_folder_is_nobody_elses()
    {
        var profile = Profile.Open(_folder["new/profile"]);

        Assert.Equal("rwx------", Mode(profile.Directory));
        Assert.Equal(_folder["new/profile/chat.db"], profile.DatabasePath);
        Assert.Equal(_folder["new/profile/config.json"], profile.ConfigPath);
    }

    [Fact]
    public void A_folder_others_can_write_into_is_refused_with_the_command_that_helps()
    {
        var open = Directory.CreateDirectory(_folder["it's open"]);
        Permit(open.FullName, UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);

        var refused = Assert.Throws<SetupException>(() => Profile.Open(open.FullName));

        Assert.EndsWith($"chmod 700 '{_folder["it"]}'\\''s open'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_can_only_look_into_keeps_its_mode()
    {
        Permit(_folder.Path, UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        Profile.Open(_folder.Path);

        Assert.Equal("rwxr--r--", Mode(_folder.Path));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_told()
    {
        File.WriteAllText(_folder["profile"], "");

        Assert.Contains(_folder["profile"], Assert.Throws<SetupException>(() => Profile.Open(_folder["profile"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_one_at_a_time_is_online_with_a_profile()
    {
        var profile = Profile.Open(_folder.Path);

        Assert.True(profile.TryLock(out var first));
        Assert.False(profile.TryLock(out _));
        first.Dispose();
        Assert.True(profile.TryLock(out var second));
        second.Dispose();
    }

    [Fact]
    public void A_lock_that_cannot_be_made_is_no_lock_that_is_held()
    {
        var profile = Profile.Open(_folder.Path);
        Directory.CreateDirectory(profile.LockPath);

        Assert.Contains("locked", Assert.Throws<SetupException>(() => profile.TryLock(out _)).Message, StringComparison.Ordinal);
    }

    private static string? Nothing(string name) => null;

    private static Func<string, string?> Variables(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    private static void Permit(string path, UnixFileMode mode) =>
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | mode);

    private static string Mode(string path) => string.Concat(Convert.ToString((int)File.GetUnixFileMode(path), 2).PadLeft(9, '0').Select(
        (bit, place) => bit == '1' ? "rwx"[place % 3] : '-'));
}
