using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Relay.Contracts;

namespace TestKit.Tests;

public sealed class LogVerifierTests : IDisposable
{
    private readonly LogVerifier _logs = new();
    private readonly ILoggerFactory _factory;
    private readonly ILogger _logger;

    public LogVerifierTests()
    {
        _factory = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
        _logger = _factory.CreateLogger("Relay.Hub");
    }

    public void Dispose()
    {
        _factory.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public void Warnings_pass_unless_they_are_said_to_be_trouble()
    {
        using var strict = new LogVerifier(troubleFrom: LogLevel.Warning);
        strict.CreateLogger("Relay.Hub").Log(LogLevel.Warning, "a mailbox is full");
        _logger.Log(LogLevel.Warning, "a mailbox is full");

        _logs.Verify();
        Assert.Throws<LogVerificationException>(strict.Verify);
    }

    [Fact]
    public void An_error_fails_the_test_and_is_shown()
    {
        _logger.Log(LogLevel.Error, new InvalidOperationException("the reason"), "the pump broke");

        var failure = Assert.Throws<LogVerificationException>(_logs.Verify);

        Assert.Contains("Relay.Hub", failure.Message);
        Assert.Contains("the pump broke", failure.Message);
        Assert.Contains("the reason", failure.Message);
    }

    [Fact]
    public void An_expected_error_passes_and_others_do_not()
    {
        _logs.Expect("PumpBroke").Expect("connect");
        _logger.Log(LogLevel.Error, new EventId(1, "PumpBroke"), "the pump broke");
        _logger.Log(LogLevel.Error, "could not connect");
        _logs.Verify();

        _logger.Log(LogLevel.Error, "something else");
        Assert.Throws<LogVerificationException>(_logs.Verify);
    }

    [Fact]
    public void A_PeerId_is_found_wherever_it_is_hidden()
    {
        var bob = TestPeers.Next("bob");
        _logs.NeverReveal(bob.Value);
        _logger.Log(LogLevel.Trace, "delivered to {Peer}", bob);
        _logs.Verify();

        Action[] leaks =
        [
            () => _logger.Log(LogLevel.Trace, "delivered to {Peer}", bob.Value),
            () => _logger.Log(LogLevel.Trace, new InvalidOperationException(bob.Value), "delivered"),
            () => _logger.Log(LogLevel.Trace, default, new Dictionary<string, object?> { ["Peer"] = bob.Value }, null, (_, _) => "delivered"),
            () => LogWithin(bob),
        ];
        for (var leak = 0; leak < leaks.Length; leak++)
        {
            leaks[leak]();
            var failure = Assert.Throws<LogVerificationException>(_logs.Verify);
            Assert.Equal(leak + 1, failure.Message.Split("Reveals '").Length - 1);
        }
    }

    [Fact]
    public void An_exception_that_nobody_observed_fails_the_test()
    {
        // The test's own marker, so that it recognises its exception among those of the whole process.
        var marker = Guid.NewGuid().ToString();
        ForgetTask(marker);

        var failure = Assert.Throws<LogVerificationException>(_logs.Verify);

        Assert.Contains(marker, failure.Message);
    }

    // Apart, so that no variable of the test keeps the task from being collected.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetTask(string marker) => _ = Task.FromException(new InvalidOperationException(marker));

    private void LogWithin(PeerId peer)
    {
        using (_logger.BeginScope(new Dictionary<string, object?> { ["Peer"] = peer.Value }))
            _logger.Log(LogLevel.Trace, "delivered");
    }
}
