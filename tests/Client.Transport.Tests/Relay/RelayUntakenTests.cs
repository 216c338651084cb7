using Microsoft.AspNetCore.SignalR;
using Relay.Contracts;
using TestKit;

namespace Client.Transport.Tests.Relay;

/// <summary>An application that takes nothing while its relay forgets everything: it loses nothing that has come, and no relay fills its memory by forgetting.</summary>
public sealed class RelayUntakenTests : RelayTests
{
    private const int Window = 8;

    [Fact]
    public async Task What_came_before_the_relay_restarted_is_there_when_the_application_takes_it_at_last()
    {
        await using var host = await RelayHost.StartAsync(options => options.DeliveryWindowMessages = Window);
        await using var link = Link.To(host.Url);
        await using var alice = Transport(host.Url, Alice);
        await using var bob = Transport(link.Url, Bob);
        var restarts = new List<PeerId>();
        var reasons = Reasons(bob);
        alice.LossReported += loss => Note(loss, Alice);
        bob.LossReported += loss => Note(loss, Bob);
        await bob.ConnectAsync(Alice, Token);

        for (var epoch = 0; epoch < 4; epoch++)
        {
            if (epoch > 0)
            {
                await host.StopAsync();
                await host.StartAgainAsync();
                await Eventually.Is("both know of the restart", () => Restarts() == 2 * epoch);
            }

            // A window's worth, which goes as far as the transport and no further.
            var before = link.BytesToClient;
            for (var i = 0; i < Window; i++)
                await alice.SendAsync(Bob, Text($"{(epoch * Window) + i,1000}"), Token);
            await Eventually.Is("it has come", () => link.BytesToClient - before > Window * 1000);
        }

        Assert.Equal(Enumerable.Range(0, 4 * Window), await ReceiveNumbersAsync(bob, 4 * Window));

        // None of it takes up room in the window of the relay there is now.
        for (var i = 0; i < 3 * Window; i++)
            await alice.SendAsync(Bob, Numbered(i), Token);
        Assert.Equal(Enumerable.Range(0, 3 * Window), await ReceiveNumbersAsync(bob, 3 * Window));
        Assert.Equal(6, Restarts());
        Assert.DoesNotContain(reasons, reason => reason.Message.Contains("delivers more", StringComparison.Ordinal));

        void Note(LossReport loss, PeerId peer)
        {
            Assert.Equal(LossReason.RelayRestarted, loss.Reason);
            lock (restarts)
                restarts.Add(peer);
        }

        int Restarts()
        {
            lock (restarts)
                return restarts.Count;
        }
    }

    [Theory]
    [InlineData("forgets", 1, 20_000)]
    [InlineData("has lost what it delivered", 1, 20_000)]
    [InlineData("forgets", 60_000, 60)]
    public async Task A_relay_that_delivers_and_begins_anew_fills_memory_to_a_limit_until_the_application_takes_it(string how, int bytes, int messages)
    {
        await using var relay = await ScriptedRelay.StartAsync();
        relay.OnRegister = async caller =>
        {
            var time = relay.Registrations.Count;
            var sequence = how == "forgets" ? 0 : (time - 1) * messages;
            await caller.SendAsync("Registered", new Registered
            {
                ProtocolVersion = RelayProtocol.Version,
                Epoch = how == "forgets" ? $"epoch {time}" : "epoch",
                Sequence = sequence,
                Limits = ScriptedRelay.Limits(deliveryWindowMessages: 65_536, deliveryWindowBytes: 64 << 20),
            });
            await caller.SendAsync("Deliver", ScriptedRelay.Delivery(sequence + 1, [.. Enumerable.Repeat(new byte[bytes], messages)]));
            await caller.SendAsync("Error", new RelayError { Code = (int)ErrorCode.Disconnected, Message = "once more" });
        };
        await using var bob = Transport(relay.Url, Bob);
        var refused = 0;
        bob.StateChanged += change => refused += change.Reason?.Message.Contains("has not taken", StringComparison.Ordinal) == true ? 1 : 0;
        await ((Task)bob.ConnectAsync(Alice, Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        await Eventually.Is("the transport takes no more", () => Volatile.Read(ref refused) > 2);

        // One window beyond the limit, and then none.
        var kept = (relay.Registrations.Count - refused) * (long)messages;
        Assert.InRange(kept, 1, Math.Max(65_536, (64 << 20) / bytes) + (2 * messages));
        var registrations = relay.Registrations.Count;
        for (var i = 0; i < kept; i++)
            await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
        await Eventually.Is("it takes some again", () => relay.Registrations.Count > registrations + 2);
        await bob.ReceiveAsync(Token).AsTask().WaitAsync(Eventually.Patience, Token);
    }
}
