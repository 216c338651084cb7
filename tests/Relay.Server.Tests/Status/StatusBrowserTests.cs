using Relay.Contracts;
using Relay.Server.Telemetry;
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
    public async Task The_figures_on_the_page_are_the_relays_and_go_on_with_it()
    {
        Assert.SkipWhen(InstalledProgram.Missing("chromium") is not null, InstalledProgram.Missing("chromium") ?? "");
        await using var relay = RelayApp.OnSockets(("MaxPeers", "1234"), ("MailboxesBytes", "2097152"));
        var alice = await relay.Enter("alice");
        await alice.SendMany("bob", 50);
        await alice.SeesAnswers(50);
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(new Uri(relay.Url, "/"), 1280, 900, dark: false);
        await browser.SeesAsync("that the relay is ready", "document.getElementById('state')?.textContent === 'ready'");

        Assert.Equal(RelayTelemetry.Version, await TextOf("version"));
        Assert.Equal(("1", "1,234"), (await TextOf("peers"), await TextOf("max-peers")));
        Assert.Equal(("50", "2 peers"), (await TextOf("messages"), await TextOf("mailboxes")));
        Assert.Matches("^[0-9.]+ KiB$", await TextOf("bytes"));
        Assert.Equal("2.0 MiB", await TextOf("max-bytes"));
        Assert.Equal("50", (await browser.EvaluateAsync("document.querySelector('#totals tr td').textContent"))!.GetValue<string>());
        var uptime = await TextOf("uptime");
        Assert.Matches("^[0-9]+ (s|min)$", uptime);
        await browser.SeesAsync("that time goes on", $"document.getElementById('uptime').textContent !== '{uptime}'");

        // Each chart gets longer with every answer, and does not begin anew.
        const string Points = "[...document.querySelectorAll('figure svg')].map(svg => svg.querySelector('path')?.getAttribute('d').split('L').length ?? 0)";
        var before = (await browser.EvaluateAsync($"Math.max(...{Points})"))!.GetValue<int>();
        await browser.SeesAsync("two samples more", $"{Points}.length === 4 && {Points}.every(points => points > {before + 1})");

        // While somebody talks, who also reads.
        using var enough = new CancellationTokenSource();
        var talk = TalkAsync(alice, enough.Token);
        await browser.SeesAsync("how much comes", "Number(document.getElementById('accepted-rate').textContent) > 0");
        await browser.SeesAsync("how much goes", "Number(document.getElementById('delivered-rate').textContent) > 0");
        await enough.CancelAsync();
        await talk;

        async Task<string> TextOf(string id) => (await browser.EvaluateAsync($"document.getElementById('{id}').textContent"))!.GetValue<string>();
    }

    [Fact]
    public async Task Charts_say_what_they_count_in_figures_that_are_right_and_the_page_of_what_the_relay_is_full()
    {
        Assert.SkipWhen(InstalledProgram.Missing("chromium") is not null, InstalledProgram.Missing("chromium") ?? "");
        await using var relay = RelayApp.OnSockets(("MaxPeers", "5"));
        foreach (var name in new[] { "alice", "bob", "carol", "dora", "erin" })
            await relay.Enter(name);
        await using var browser = await HeadlessBrowser.StartAsync();
        await browser.OpenAsync(new Uri(relay.Url, "/"), 1280, 900, dark: false);

        await browser.SeesAsync("of what it is full", "document.getElementById('state')?.textContent === 'full: as many peers as are allowed'");
        Assert.Equal(
            "messages a second|peers|bytes of all mailboxes|messages lost, and refusals, a second",
            await EvaluateAsync("[...document.querySelectorAll('figure svg .unit')].map(text => text.textContent).join('|')"));

        // Half of the highest is three peers, and not two and a half that look like three.
        await browser.SeesAsync("a scale of whole peers", "[...document.querySelectorAll('[data-chart=peers] svg text[text-anchor=end]')].map(text => text.textContent).join() === '0,3,6,now'");
        Assert.EndsWith("delivered a second", await EvaluateAsync("document.querySelector('[data-chart=messages] .readout').textContent"), StringComparison.Ordinal);

        async Task<string> EvaluateAsync(string expression) => (await browser.EvaluateAsync(expression))!.GetValue<string>();
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

    private static async Task TalkAsync(RawPeer alice, CancellationToken enough)
    {
        for (var sent = 1; !enough.IsCancellationRequested; sent++)
        {
            await alice.Send("alice", "to myself");
            await alice.SeesMessages(sent);
            await alice.Acknowledge(alice.Position);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
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
