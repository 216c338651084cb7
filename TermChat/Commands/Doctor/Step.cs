namespace TermChat.Commands.Doctor;

/// <summary>One thing that has to be right before messages can go.</summary>
/// <param name="Name">What it is called on its line.</param>
/// <param name="ExamineAsync">Looks at it. What it throws is a failure, told by its message.</param>
internal sealed record Step(string Name, Func<Case, CancellationToken, Task<Finding>> ExamineAsync)
{
    /// <summary>All of them, each building on those before it.</summary>
    public static IReadOnlyList<Step> All { get; } =
    [
        new("profile", ProfileStep.ExamineAsync),
        new("configuration", ConfigurationStep.ExamineAsync),
        new("dns", DnsStep.ExamineAsync),
        new("tcp", TcpStep.ExamineAsync),
        new("tls", TlsStep.ExamineAsync),
        new("websocket", WebSocketStep.ExamineAsync),
        new("hub", HubStep.ExamineAsync),
        new("registration", RegistrationStep.ExamineAsync),
        new("clock", ClockStep.ExamineAsync),
    ];
}
