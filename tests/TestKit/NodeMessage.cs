namespace TestKit;

/// <summary>One message as a JavaScript peer saw it.</summary>
/// <param name="From">The PeerId the relay named as the sender.</param>
/// <param name="Id">The sender's id of the message, in hexadecimal.</param>
/// <param name="Payload">The bytes; those a JavaScript peer sends are the text <c>message 1</c>, <c>message 2</c> and so on.</param>
public sealed record NodeMessage(string From, string Id, byte[] Payload);
