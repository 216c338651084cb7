namespace TestKit;

/// <summary>Something went wrong that the test did not see.</summary>
public sealed class LogVerificationException(IReadOnlyList<string> trouble)
    : Exception($"Behind the test's back:\n{string.Join('\n', trouble)}");
