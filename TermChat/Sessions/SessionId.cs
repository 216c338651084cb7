namespace TermChat.Sessions;

/// <summary>Names a session between two peers: 8 random bytes, chosen by whoever began it. Never 0, which is no session. No secret.</summary>
internal readonly record struct SessionId(ulong Value)
{
    public override string ToString() => Value == 0 ? "no session" : $"session {Value:x16}";
}
