using System.Buffers;
using System.Runtime.InteropServices;
using MessagePack;
using Relay.Benchmarks.Fuzzing.Frames;
using Relay.Contracts;

namespace Relay.Benchmarks.Fuzzing.Client;

/// <summary>What a client says on one connection, whatever a relay has told it: calls a relay has, pings, a closing, numbers that go up, and none sent again without one left out.</summary>
internal sealed class ClientSpeech(Action<string> found)
{
    private const int Invocation = 1;
    private const int Ping = 6;
    private const int Close = 7;

    private readonly TaskCompletionSource<long> _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sentAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<MessageId, long> _numbers = [];
    private readonly List<byte> _heard = [];
    private long _last;
    private long _leftOut;
    private long _acknowledged;

    /// <summary>The number of the first message it sent, once there is one.</summary>
    public Task<long> Sent => _sent.Task;

    /// <summary>Completes when it has sent a message again.</summary>
    public Task SentAgain => _sentAgain.Task;

    /// <summary>Bytes as they come; frames may begin and end anywhere in them.</summary>
    public void Hear(ReadOnlySpan<byte> bytes)
    {
        _heard.AddRange(bytes);
        var read = 0;
        while (Framing.TryTake(Encoding.MessagePack, CollectionsMarshal.AsSpan(_heard)[read..], out var body, out var taken))
        {
            Check(body.ToArray());
            read += taken;
        }

        _heard.RemoveRange(0, read);
    }

    private void Check(byte[] body)
    {
        var reader = new MessagePackReader(body);
        reader.ReadArrayHeader();
        var type = reader.ReadInt32();
        if (type is Ping or Close)
            return;
        if (type != Invocation)
        {
            found($"a client said a message of type {type}, which no relay asks for");
            return;
        }

        // Headers and invocation id.
        reader.Skip();
        reader.Skip();
        var method = reader.ReadString();
        if (method is not (nameof(IRelayHub.Register) or nameof(IRelayHub.Relay) or nameof(IRelayHub.Acknowledge)))
            found($"a client called {method}, which no relay has");
        else if (method == nameof(IRelayHub.Relay))
            CheckNumbers(ref reader);
        else if (method == nameof(IRelayHub.Acknowledge))
            CheckAcknowledgement(ref reader);
    }

    private void CheckNumbers(ref MessagePackReader reader)
    {
        // Arguments, one; its fields: the first number, the messages.
        reader.ReadArrayHeader();
        reader.ReadArrayHeader();
        var first = reader.ReadInt64();
        if (first <= _last)
            found($"a client sent number {first} behind number {_last}");
        if (first > _last + 1)
            _leftOut = first - 1;
        _last = first - 1;
        for (var messages = reader.ReadArrayHeader(); messages > 0; messages--)
            CheckRepeat(ref reader, ++_last);
        _sent.TrySetResult(first);
    }

    private void CheckRepeat(ref MessagePackReader reader, long number)
    {
        // Its fields: recipient, id, payload.
        var fields = reader.ReadArrayHeader();
        reader.Skip();
        var id = reader.ReadBytes()!.Value.ToArray();
        for (var i = 2; i < fields; i++)
            reader.Skip();
        if (!MessageId.TryRead(id, out var message))
            found($"a client sent number {number} with no id");
        if (_numbers.TryGetValue(message, out var before))
        {
            // Only a refusal because too much comes at once makes a client do that, and the number left out says that it was read.
            if (before > _leftOut)
                found($"a client sent a message again that had number {before}, as {number}, and left no number out in between");
            _sentAgain.TrySetResult();
        }

        _numbers[message] = number;
    }

    private void CheckAcknowledgement(ref MessagePackReader reader)
    {
        // Arguments, one; its fields: epoch, position, report, and what came too late.
        reader.ReadArrayHeader();
        reader.ReadArrayHeader();
        reader.Skip();
        var (acknowledged, report) = (reader.ReadInt64(), reader.ReadInt64());
        if (acknowledged < _acknowledged || report < 0)
            found($"a client acknowledged position {acknowledged} behind {_acknowledged}, and report {report}");
        CheckLate(ref reader, acknowledged);
        _acknowledged = acknowledged;
    }

    private void CheckLate(ref MessagePackReader reader, long acknowledged)
    {
        if (reader.TryReadNil())
            return;

        var before = 0L;
        for (var ranges = reader.ReadArrayHeader(); ranges > 0; ranges--)
        {
            reader.ReadArrayHeader();
            var (from, to) = (reader.ReadInt64(), reader.ReadInt64());
            if (from <= before || to < from || to > acknowledged)
                found($"a client said that positions {from} to {to} came too late, behind {before}, with an acknowledgement of {acknowledged}");
            before = to;
        }
    }
}
