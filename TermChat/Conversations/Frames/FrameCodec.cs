using MessagePack;
using MessagePack.Resolvers;

namespace TermChat.Conversations.Frames;

/// <summary>Frames as bytes: MessagePack arrays, in which unknown later elements are skipped.</summary>
internal static class FrameCodec
{
    private static readonly MessagePackSerializerOptions Options =
        StandardResolverAllowPrivate.Options.WithSecurity(MessagePackSecurity.UntrustedData);

    public static byte[] Encode(Frame frame) => MessagePackSerializer.Serialize(frame, Options);

    /// <returns>Null for bytes that are no frame. None at all are an empty one.</returns>
    public static Frame? Decode(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
            return new Frame();

        try
        {
            return MessagePackSerializer.Deserialize<Frame>(bytes, Options);
        }
        catch (MessagePackSerializationException)
        {
            // Whatever is wrong with them, the answer is the same, and the exception could quote them.
            return null;
        }
    }
}
