using Relay.Contracts;
using TestKit;

namespace Relay.Server.Tests.Status;

/// <summary>The status page in a real browser, with real peers behind it.</summary>
/// <remarks>Set <c>STATUS_PICTURES</c> to a folder to look at what the browser shows.</remarks>
public sealed class StatusBrowserTests
{
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("STATUS_PICTURES");

    [Fact]
    public async Task A_browser_shows_the_relay_at_work_at_any_width_in_light_and_dark_without_a_complaint()
    {
        Assert.SkipWhen(InstalledProgram.Missing("chromium") is not null, InstalledProgram.Missing("chromium") ?? "");
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", "a-key-for-this-test-alone"));
        var alice = await relay.Enter("alice");
        await alice.SendMany("bob", 50);
        await alice.SeesAnswers(50);
        await using var browser = await HeadlessBrowser.StartAsync();

        foreach (var (width, height) in new[] { (1280, 900), (360, 740) })
        {
            foreach (var dark in new[] { false, true })
            {
                await browser.OpenAsync(new Uri(relay.Url, "/"), width, height, dark);
                await browser.SeesAsync("that the relay is ready", "document.getElementById('state')?.textContent === 'ready'");
                await browser.SeesAsync("one peer", "document.getElementById('peers').textContent === '1'");
                await browser.SeesAsync("its charts", "[...document.querySelectorAll('figure svg')].every(svg => svg.querySelector('path')?.getAttribute('d'))");

                Assert.True((await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!.GetValue<bool>(), $"wider than {width} pixels");
                Assert.True((await browser.EvaluateAsync("!document.getElementById('operator').hidden"))!.GetValue<bool>());
                var paper = (await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!.GetValue<string>();
                Assert.Equal(dark, paper == "rgb(16, 20, 26)");
                if (Pictures is not null)
                    File.WriteAllBytes(Path.Combine(Pictures, $"status-{width}-{(dark ? "dark" : "light")}.png"), await browser.ScreenshotAsync());
            }
        }

        Assert.Empty(browser.Complaints);
    }

    [Fact]
    public async Task An_operator_stops_the_relay_from_the_page_and_is_asked_first()
    {
        Assert.SkipWhen(InstalledProgram.Missing("chromium") is not null, InstalledProgram.Missing("chromium") ?? "");
        await using var relay = RelayApp.OnSockets(("Server:AdminKey", "a-key-for-this-test-alone"));
        var alice = await relay.Enter("alice");
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(new Uri(relay.Url, "/"), 800, 1200, dark: false);
        await browser.SeesAsync("what the operator can do", "document.getElementById('operator')?.hidden === false");
        await browser.EvaluateAsync("document.getElementById('key').value = 'a-key-for-this-test-alone'");

        await browser.EvaluateAsync("window.asked = []; window.confirm = question => !window.asked.push(question)");
        await browser.EvaluateAsync("document.querySelector('button[value=drain]').click()");
        Assert.Contains("Stop this relay?", (await browser.EvaluateAsync("window.asked[0]"))!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("", (await browser.EvaluateAsync("document.getElementById('answer').textContent"))!.GetValue<string>());

        await browser.EvaluateAsync("window.confirm = () => true");
        await browser.EvaluateAsync("document.querySelector('button[value=drain]').click()");
        await browser.SeesAsync("what the relay says to it", "document.getElementById('answer').textContent.length > 1");
        if (Pictures is not null)
            File.WriteAllBytes(Path.Combine(Pictures, "status-drained.png"), await browser.ScreenshotAsync());

        await alice.Sees<Draining>();
        await browser.SeesAsync("that the relay is gone", "['shutting down', 'no answer from the relay'].includes(document.getElementById('state').textContent)");
    }

    [Fact]
    public async Task A_browser_sees_when_the_relay_is_gone()
    {
        Assert.SkipWhen(InstalledProgram.Missing("chromium") is not null, InstalledProgram.Missing("chromium") ?? "");
        await using var relay = RelayApp.OnSockets();
        await using var link = Link.To(relay.Url);
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(new Uri(link.Url, "/"), 800, 600, dark: false);
        await browser.SeesAsync("that the relay is ready", "document.getElementById('state')?.textContent === 'ready'");

        link.Cut();

        await browser.SeesAsync("that it does not answer", "document.getElementById('state').textContent === 'no answer from the relay'");
    }
}
