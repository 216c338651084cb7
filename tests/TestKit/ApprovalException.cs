namespace TestKit;

/// <summary>A received text is not the approved one. The message says what to do.</summary>
public sealed class ApprovalException(string message) : Exception(message);
