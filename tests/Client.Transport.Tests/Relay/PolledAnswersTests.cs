using Client.Transport.Relay;

namespace Client.Transport.Tests.Relay;

/// <summary>A hostile relay cannot fill the memory of a client that polls it, any more than of one with a WebSocket.</summary>
[Collection(nameof(Alone))]
public sealed class PolledAnswersTests : RelayTests
{
    [Theory]
    [InlineData("negotiation")]
    [InlineData("poll 1")]
    [InlineData("poll 2")]
    [InlineData("post 1")]
    public async Task An_answer_without_an_end_makes_no_connection(string what)
    {
        await using var relay = new PollingRelay((asked, answer) => asked == what ? answer.EndlessAsync() : Task.CompletedTask);

        await RefusesAsync(relay, "16384 bytes");
    }

    [Fact]
    public async Task A_handshake_without_an_end_makes_no_connection_in_however_many_answers_it_comes()
    {
        await using var relay = new PollingRelay((asked, answer) =>
            asked.StartsWith("poll", StringComparison.Ordinal) ? answer.SpacesAsync(1000) : Task.CompletedTask);

        await RefusesAsync(relay, "16384 bytes");
    }

    [Fact]
    public async Task Once_connected_an_answer_longer_than_two_of_the_largest_frames_costs_the_connection()
    {
        // The handshake is answered when it is here: answered before, it would go in one request with the registration, and there were no second one.
        var shakesHands = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var registers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var relay = new PollingRelay(async (asked, answer) =>
        {
            switch (asked)
            {
                case "post 1":
                    shakesHands.SetResult();
                    break;
                case "poll 2":
                    await shakesHands.Task;
                    await answer.SayAsync("200 OK", "{}\u001e");
                    break;
                case "post 2":
                    registers.SetResult();
                    break;
                case "poll 3":
                    await registers.Task;
                    await answer.EndlessAsync();
                    break;
            }
        });

        await RefusesAsync(relay, "8388608 bytes");
    }

    [Fact]
    public async Task A_handler_of_the_applications_own_changes_nothing_in_that()
    {
        await using var relay = new PollingRelay((asked, answer) => asked == "negotiation" ? answer.EndlessAsync() : Task.CompletedTask);
        var handler = new Counting();

        await RefusesAsync(relay, "16384 bytes", options => options with
        {
            ConfigureHttp = http => http.HttpMessageHandlerFactory = inner =>
            {
                handler.InnerHandler = inner;
                return handler;
            },
        });

        Assert.Equal(1, handler.Answers);
    }

    private static async Task RefusesAsync(PollingRelay relay, string why, Func<RelayTransportOptions, RelayTransportOptions>? change = null)
    {
        var options = Options(relay.Url, Alice) with
        {
            ConnectTimeout = TimeSpan.FromHours(1),
            RegistrationTimeout = TimeSpan.FromHours(1),
            ReconnectDelay = TimeSpan.FromHours(1),
            MaxReconnectDelay = TimeSpan.FromHours(1),
        };
        await using var alice = new RelayTransport(change?.Invoke(options) ?? options);

        var failure = await FailureToConnectAsync(alice);

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.InRange(relay.Said, 0, 64 << 20);
    }

    private sealed class Counting : DelegatingHandler
    {
        public int Answers { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            Answers++;
            return answer;
        }
    }
}
