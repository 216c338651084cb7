using System.Net;
using EndToEnd.Tests.Programs;
using TestKit;

namespace EndToEnd.Tests.Operations;

/// <summary>An operator stops the relay, with SIGTERM or over HTTP, and starts it again, while everybody sends.</summary>
public sealed class DrainUnderLoadTests
{
    private const string AdminKey = "a-key-for-this-test-alone";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_accepted_has_arrived_in_order_once_or_its_sender_knows_that_the_relay_forgot_it(bool overHttp)
    {
        // A small window, so that a backlog is at the relay and not already with its recipient; and time enough for it on a busy machine.
        await using var relay = await RelayProcess.StartAsync(
            "--Server:AdminKey=" + AdminKey, "--Relay:DrainTimeout=00:01:00", "--Relay:DeliveryWindowMessages=16", "--Relay:MailboxMessages=100000");
        var pairs = Enumerable.Range(0, 4).Select(number => new LoadPair(relay.Url, number)).ToArray();
        try
        {
            // The last recipient is away while the first relay runs: what it is sent can only be lost, and must be reported.
            foreach (var pair in pairs)
                pair.Start(withRecipient: pair != pairs[^1]);
            await Eventually.Is("messages flow", () => pairs[..^1].All(pair => pair.Arrived > 100) && pairs[^1].Accepted > 100);

            for (var restart = 0; restart < 2; restart++)
            {
                foreach (var pair in pairs[..^1])
                    pair.HoldBack();
                await Eventually.Is("backlogs wait at the relay", () => pairs[..^1].All(pair => pair.Accepted - pair.Arrived > 300));

                if (overHttp)
                    await DrainAsync(relay.Url);
                else
                    relay.Process.Terminate();
                await relay.Process.WaitForLineAsync("Shutting down");
                foreach (var pair in pairs[..^1])
                    pair.ReadOn();
                Assert.Equal(0, await relay.Process.WaitForExitAsync());
                Assert.DoesNotContain("fail:", relay.Said, StringComparison.Ordinal);
                await relay.StartAgainAsync();
                pairs[^1].StartRecipient();
                var before = pairs.Select(pair => pair.Arrived).ToArray();
                await Eventually.Is("messages flow again", () => pairs.Zip(before).All(pair => pair.First.Arrived > pair.Second + 100));
            }

            foreach (var pair in pairs)
                await pair.SettleAsync();
            foreach (var pair in pairs)
                pair.Check();

            // Who stayed connected and went on to read has got all that was accepted, backlogs too: not even a reported loss is one of theirs.
            Assert.All(pairs[..^1], pair => Assert.Equal(0, pair.Missing));
            Assert.True(pairs[^1].Missing > 0, "Nothing was lost with the first relay, so that its loss is reported was not shown.");
        }
        finally
        {
            foreach (var pair in pairs)
                await pair.DisposeAsync();
        }
    }

    private static async Task DrainAsync(string relay)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("Authorization", "Bearer " + AdminKey);
        using var answer = await http.PostAsync(new Uri(relay + "/admin/drain"), null, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }
}
