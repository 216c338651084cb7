using System.Security.Cryptography;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Relay.Contracts;
using TestKit;

namespace EndToEnd.Tests.Programs;

/// <summary>Whoever knows somebody's PeerId, and everybody may, is not that person.</summary>
public sealed class CopiedPeerIdTests
{
    private static readonly PeerKey Mallory = TestPeers.Key("mallory");

    [Fact]
    public async Task A_copied_PeerId_registers_nobody_and_its_owner_notices_nothing()
    {
        await using var people = await TwoPeople.MeetAsync();
        await using var bob = await Listener.StartAsync(people.Bob);
        await people.Alice.RunAsync("send", "bob", "--wait", "before");

        // With a proof of another key, with a made-up one, and with none.
        await IsRefusedAsync(people, proof => proof with { PeerId = people.BobId });
        await IsRefusedAsync(people, proof => proof with { PeerId = people.BobId, Proof = RandomNumberGenerator.GetBytes(32) });
        await IsRefusedAsync(people, proof => new ForgedRegistration { ProtocolVersion = proof.ProtocolVersion, PeerId = people.BobId });

        await people.Alice.RunAsync("send", "bob", "--wait", "after");
        await bob.HearsAsync("after");
        Assert.Equal(["before", "after"], bob.Heard());
        var events = bob.Process.Output.Lines.Where(line => !line.Contains("\"event\":\"message\"", StringComparison.Ordinal)).ToArray();
        Assert.Contains("\"event\":\"connected\"", events[^1], StringComparison.Ordinal);
        Assert.DoesNotContain(events, line => line.Contains("replaced", StringComparison.Ordinal) || line.Contains("disconnected", StringComparison.Ordinal));
    }

    private static async Task IsRefusedAsync(TwoPeople people, Func<ForgedRegistration, ForgedRegistration> forge)
    {
        var url = new Uri(new Uri(people.Relay.Url), RelayProtocol.DefaultPath);
        await using var connection = new HubConnectionBuilder().WithUrl(url).AddMessagePackProtocol().Build();
        var challenged = new TaskCompletionSource<Challenge>(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = new TaskCompletionSource<RelayError>(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = 0;
        connection.On<Challenge>(nameof(IRelayClient.Challenge), challenge => challenged.TrySetResult(challenge));
        connection.On<RelayError>(nameof(IRelayClient.Error), error => refused.TrySetResult(error));
        connection.On<Registered>(nameof(IRelayClient.Registered), _ => Interlocked.Increment(ref told));
        connection.On<Delivery>(nameof(IRelayClient.Deliver), _ => Interlocked.Increment(ref told));
        connection.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await connection.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(RegistrationProof.TryAnswer(
            Mallory, await SoonAsync(challenged.Task), Audience.Of(url), RandomNumberGenerator.GetBytes(RegistrationProof.NonceLength), null, 0, out var proof));

        await connection.SendAsync(nameof(IRelayHub.Register), forge(ForgedRegistration.Of(proof)).ToRequest(), TestContext.Current.CancellationToken);

        Assert.Equal((int)ErrorCode.ProofRefused, (await SoonAsync(refused.Task)).Code);
        await SoonAsync(closed.Task);
        Assert.Equal(0, told);
    }

    private static Task<T> SoonAsync<T>(Task<T> task) => task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

    private static Task SoonAsync(Task task) => task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
}
