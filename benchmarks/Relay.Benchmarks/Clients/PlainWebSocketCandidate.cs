using System.Net.WebSockets;
using System.Text;
using Client.Transport;
using Relay.Benchmarks.Servers;

namespace Relay.Benchmarks.Clients;

/// <summary>A plain WebSocket relay, and .NET's WebSocket client.</summary>
internal sealed class PlainWebSocketCandidate : ICandidate
{
    public string Name => BaselineServer.PlainWebSocket;

    public string? Missing => null;

    public bool Confirms => false;

    public Task<ServerProcess> StartAsync(CancellationToken cancellationToken) => BaselineServer.StartAsync(Name, cancellationToken);

    public async Task<IPeer> ConnectAsync(ServerProcess server, PeerIdentity self, IReceiver receiver, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws" }.Uri, cancellationToken);
        var name = Encoding.ASCII.GetBytes(self.Address);
        await socket.SendAsync(name, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

        // Before it comes back, what is sent to it goes nowhere.
        await socket.ReceiveAsync(name, cancellationToken);
        return new Peer(socket, receiver);
    }

    private sealed class Peer : IPeer
    {
        private readonly ClientWebSocket _socket;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _receiving;
        private readonly SemaphoreSlim _turn = new(1);
        private byte[] _frame = new byte[1024];

        public Peer(ClientWebSocket socket, IReceiver receiver)
        {
            _socket = socket;
            _receiving = Task.Run(() => ReceiveAsync(receiver));
        }

        public async ValueTask<SendResult> SendAsync(string recipient, ReadOnlyMemory<byte> payload)
        {
            await _turn.WaitAsync();
            try
            {
                await _socket.SendAsync(Frame(recipient, payload.Span), WebSocketMessageType.Binary, endOfMessage: true, _stop.Token);
                return default;
            }
            finally
            {
                _turn.Release();
            }
        }

        public ValueTask<SendResult> ConfirmAsync(string recipient, ReadOnlyMemory<byte> payload) =>
            throw new NotSupportedException("A plain WebSocket relay confirms nothing.");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _receiving;
            _socket.Dispose();
        }

        private ReadOnlyMemory<byte> Frame(string recipient, ReadOnlySpan<byte> payload)
        {
            var length = 1 + recipient.Length + payload.Length;
            if (_frame.Length < length)
                _frame = new byte[length];
            _frame[0] = (byte)recipient.Length;
            Encoding.ASCII.GetBytes(recipient, _frame.AsSpan(1));
            payload.CopyTo(_frame.AsSpan(1 + recipient.Length));
            return _frame.AsMemory(0, length);
        }

        private async Task ReceiveAsync(IReceiver receiver)
        {
            try
            {
                var buffer = new byte[1 << 20];
                for (var length = 0; ;)
                {
                    var read = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                    if (read.MessageType == WebSocketMessageType.Close)
                        throw new WebSocketException("The server closed the connection.");
                    length += read.Count;
                    if (!read.EndOfMessage)
                        continue;
                    receiver.Receive(buffer.AsSpan(0, length)[(1 + buffer[0])..]);
                    length = 0;
                }
            }
            catch (OperationCanceledException)
            {
                // The end of the run.
            }
            catch (Exception failure)
            {
                receiver.Fail(failure);
            }
        }
    }
}
