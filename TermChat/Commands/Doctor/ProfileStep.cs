namespace TermChat.Commands.Doctor;

/// <summary>Is there an identity, and is it this person's alone?</summary>
internal static class ProfileStep
{
    public static Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        relay.Profile = relay.OpenProfile();
        var isNew = !relay.Profile.HasKey;
        relay.Key = relay.Profile.LoadOrCreateKey();
        return Task.FromResult(Finding.Ok(relay.Profile.Directory + (isNew ? ", with a new identity" : "")));
    }
}
