using Client.Transport.Loopback;

namespace Client.Transport.Tests.Loopback;

public sealed class LoopbackTransportContract : TransportContract
{
    protected override TransportKind Kind => TransportKind.Loopback;

    protected override ValueTask<TransportPair> ConnectAsync() => ValueTask.FromResult<TransportPair>(new LoopbackPair());

    private sealed class LoopbackPair : TransportPair
    {
        private readonly LoopbackTransport _alice;

        public LoopbackPair() => (_alice, Bob) = LoopbackTransport.CreatePair(AliceId, BobId);

        public override ITransport Alice => _alice;

        public override ITransport Bob { get; }

        public override ValueTask CutAsync()
        {
            _alice.Cut();
            return ValueTask.CompletedTask;
        }

        public override ValueTask RestoreAsync()
        {
            _alice.Restore();
            return ValueTask.CompletedTask;
        }
    }
}
