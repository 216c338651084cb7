namespace TermChat.Conversations.Storage;

/// <summary>The profile's database cannot be used. The message says which file, why, and what to do.</summary>
internal sealed class ChatStoreException(string message, Exception? innerException = null) : Exception(message, innerException);
