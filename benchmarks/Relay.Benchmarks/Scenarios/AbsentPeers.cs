using System.Security.Cryptography;
using Client.Transport;
using Relay.Benchmarks.Clients;
using Relay.Benchmarks.Servers;
using Relay.Benchmarks.Traffic;
using Relay.Contracts;

namespace Relay.Benchmarks.Scenarios;

/// <summary>Peers that are away while others write to them, and of whom some come back.</summary>
internal sealed class AbsentPeers
{
    private const int Window = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string[] _addresses;
    private readonly byte[][] _privateKeys;

    /// <param name="samples">So many of them can come back; the others are keys of nobody.</param>
    public AbsentPeers(int count, int samples)
    {
        _privateKeys = new byte[samples][];
        _addresses = new string[count];
        for (var i = 0; i < count; i++)
        {
            if (i < samples)
            {
                using var key = PeerKey.Generate();
                _privateKeys[i] = key.Export();
                _addresses[i] = key.PeerId.Value;
            }
            else
            {
                _addresses[i] = KeyOfNobody();
            }
        }
    }

    /// <param name="peer">The only one.</param>
    public AbsentPeers(PeerIdentity peer) => (_privateKeys, _addresses) = ([], [peer.Address]);

    /// <summary>Sends everybody a message, then everybody the next.</summary>
    /// <exception cref="VerificationException">The relay has not said of each message that it keeps it.</exception>
    public async Task SendAsync(
        RelayCandidate relay, ServerProcess server, int senders, int messagesEach, int payloadLength, CancellationToken cancellationToken)
    {
        var share = (_addresses.Length + senders - 1) / senders;
        await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(
            () => SendAsync(
                relay, server, sender * share, Math.Min(share, _addresses.Length - (sender * share)), messagesEach, payloadLength, cancellationToken),
            cancellationToken)));
    }

    /// <summary>Lets the samples connect one after the other and take their messages.</summary>
    /// <exception cref="VerificationException">They are not what was sent.</exception>
    public async Task FetchSamplesAsync(RelayCandidate relay, ServerProcess server, int messagesEach, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _privateKeys.Length; i++)
        {
            var collector = new MailboxCollector(i, messagesEach);
            var key = PeerKey.Import(_privateKeys[i]);
            using var identity = new PeerIdentity(key.PeerId, key);
            await using var peer = await relay.ConnectAsync(server, identity, collector, cancellationToken);
            await collector.Complete.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        }
    }

    private async Task SendAsync(
        RelayCandidate relay, ServerProcess server, int first, int count, int messagesEach, int payloadLength, CancellationToken cancellationToken)
    {
        var fault = new Fault();
        using var identity = PeerIdentity.NewKey();
        await using var peer = await relay.ConnectAsync(server, identity, new FaultReceiver(fault), cancellationToken);
        var buffers = Enumerable.Range(0, Window).Select(_ => Payload.NewBuffer(payloadLength)).ToArray();
        var sending = new Task<SendResult>[Window];
        Array.Fill(sending, Task.FromResult(new SendResult(SendStatus.Queued, TransportKind.Relay)));

        async Task SettleAsync(int slot)
        {
            if ((await sending[slot]).Status != SendStatus.Queued)
                throw new VerificationException("relay: a message for a peer that is away was not kept for it");
        }

        for (long i = 0; i < (long)count * messagesEach; i++)
        {
            var slot = (int)(i % Window);
            await SettleAsync(slot);
            var recipient = first + (int)(i % count);
            new Payload(recipient, i / count, 0).Write(buffers[slot]);
            sending[slot] = peer.SendAsync(_addresses[recipient], buffers[slot]).AsTask();
        }

        for (var slot = 0; slot < Window; slot++)
            await SettleAsync(slot);
        fault.ThrowIfSet();
    }

    private static string KeyOfNobody()
    {
        Span<byte> bytes = stackalloc byte[PeerKey.Length];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            if (PeerId.TryFromPublicKey(bytes, out var peer))
                return peer.Value;
        }
    }
}
