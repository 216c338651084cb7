using Relay.Contracts;

namespace Client.Transport.Tests;

/// <summary>Two peers that can reach each other, and the connection between them to cut.</summary>
public abstract class TransportPair : IAsyncDisposable
{
    public static readonly PeerId AliceId = PeerId.Parse("alice");
    public static readonly PeerId BobId = PeerId.Parse("bob");

    public abstract ITransport Alice { get; }

    public abstract ITransport Bob { get; }

    /// <summary>Whether Alice keeps what she can't send, as pending, where others fail the send.</summary>
    public virtual bool KeepsWhatCannotGo => false;

    /// <summary>Cuts Alice off.</summary>
    public abstract ValueTask CutAsync();

    /// <summary>Lets Alice connect again. Need not wait until she has.</summary>
    public abstract ValueTask RestoreAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Alice.DisposeAsync();
        await Bob.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
