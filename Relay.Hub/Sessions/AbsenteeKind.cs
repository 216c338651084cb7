namespace Relay.Hub.Sessions;

/// <summary>What would be forgotten with an absentee, the least first.</summary>
internal enum AbsenteeKind
{
    /// <summary>What somebody missed who has not registered since the relay started; or only how much a peer has just sent.</summary>
    Stranger,

    /// <summary>How many messages it missed. Their senders are told.</summary>
    Missed,

    /// <summary>Which messages that it sent were lost.</summary>
    Reported,
}
