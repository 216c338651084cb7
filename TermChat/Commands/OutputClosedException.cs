namespace TermChat.Commands;

/// <summary>Nobody reads standard output any more. Ends a command without a word, as other programs end.</summary>
internal sealed class OutputClosedException(IOException? broken = null) : Exception(broken?.Message, broken);
