namespace Relay.Benchmarks.Traffic;

/// <summary>A server lost, repeated, reordered or changed a message. Its run has no figure.</summary>
internal sealed class VerificationException(string message, Exception? innerException = null) : Exception(message, innerException);
