namespace TermChat.Identity;

/// <summary>Something on this machine has to be put right first. The message is for the person: what, where, and what to do. It holds no key and no PeerId.</summary>
internal sealed class SetupException(string message, Exception? innerException = null) : Exception(message, innerException);
