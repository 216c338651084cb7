using System.Collections.Concurrent;
using System.Security.Cryptography;
using Client.Transport;
using Relay.Contracts;

namespace TermChat.Conversations.Delivery;

// A question through the session, and its answer.
internal sealed partial class ChatEngine
{
    private const int MaxNonceBytes = 32;

    /// <summary>More than these from one peer at once are not questions but noise.</summary>
    private const int MaxOwedPongs = 16;

    private readonly ConcurrentDictionary<UInt128, Question> _asked = new();

    /// <exception cref="TimeoutException">No answer came in time.</exception>
    public async Task<PingReply> PingAsync(PeerId peer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var nonce = RandomNumberGenerator.GetBytes(16);
        var question = new Question(peer);
        var key = KeyOf(nonce);
        _asked[key] = question;
        try
        {
            Post(new PingAsked(peer, nonce));
            return await question.Answer.Task.WaitAsync(timeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No answer within {timeout.TotalSeconds:0.#} s.");
        }
        finally
        {
            _asked.TryRemove(key, out _);
        }
    }

    /// <summary>The question leaves. What it waited for before, a connection for one, is not part of its way.</summary>
    private void Asked(byte[] nonce)
    {
        if (_asked.TryGetValue(KeyOf(nonce), out var question))
            question.AskedAt = _time.GetTimestamp();
    }

    private void Answered(PeerId peer, ReadOnlyMemory<byte> nonce, TransportKind path)
    {
        // Whose answer it is counts too: another peer must not answer for this one.
        if (nonce.Length == 16 && _asked.TryGetValue(KeyOf(nonce.Span), out var question) && question.Peer == peer)
            question.Answer.TrySetResult(new PingReply(_time.GetElapsedTime(question.AskedAt), path));
    }

    private void FailPings()
    {
        foreach (var question in _asked.Values)
            question.Answer.TrySetException(new TimeoutException("The chat was closed before an answer came."));
    }

    private static UInt128 KeyOf(ReadOnlySpan<byte> nonce) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(nonce);

    private sealed class Question(PeerId peer)
    {
        public PeerId Peer => peer;

        public long AskedAt { get; set; }

        public TaskCompletionSource<PingReply> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
