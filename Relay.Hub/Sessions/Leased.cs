using Relay.Contracts;

namespace Relay.Hub.Sessions;

/// <summary>What a session got to deliver.</summary>
/// <param name="First">The position of the first message; meaningless if there is none.</param>
/// <param name="Again">How many of the messages an earlier connection was given already.</param>
/// <param name="IsStalled">Whether there are messages, and too many without an acknowledgement to send more.</param>
internal readonly record struct Leased(DeliveredMessage[] Messages, long First, int Again, bool IsStalled);
