using System.Text;
using TermChat.Sessions;

namespace TermChat.Tests.Sessions;

/// <summary>Two peers, a link that loses, repeats, reorders, damages and reflects what they send, and the promises they keep over it.</summary>
internal sealed class SessionHistory : IDisposable
{
    private readonly SessionPeer _leader;
    private readonly SessionPeer _follower;

    // On their way, and those that came, by who sent them. What came can come again.
    private readonly Dictionary<SessionPeer, List<ReadOnlyMemory<byte>>> _onTheWay = [];
    private readonly Dictionary<SessionPeer, List<ReadOnlyMemory<byte>>> _came = [];
    private readonly Dictionary<SessionPeer, HashSet<string>> _said = [];
    private readonly HashSet<string> _heardInSession = [];
    private int _count;

    public SessionHistory(SessionOptions? options = null)
    {
        (_leader, _follower) = SessionPeer.Pair(options);
        foreach (var peer in new[] { _leader, _follower })
            (_onTheWay[peer], _came[peer], _said[peer]) = ([], [], []);
    }

    public void Play(SessionStep step)
    {
        var (from, to) = step.FromLeader ? (_leader, _follower) : (_follower, _leader);
        var (waiting, came) = (_onTheWay[from], _came[from]);
        switch (step.Move)
        {
            case SessionMove.Send:
                waiting.Add(Send(from, to));
                break;
            case SessionMove.Deliver when waiting.Count > 0:
                Deliver(from, to, 0);
                break;
            case SessionMove.DeliverLate when waiting.Count > 0:
                Deliver(from, to, step.Which % waiting.Count);
                break;
            case SessionMove.Repeat when came.Count > 0:
                Hear(from, to, came[step.Which % came.Count]);
                break;
            case SessionMove.Lose when waiting.Count > 0:
                waiting.RemoveAt(step.Which % waiting.Count);
                break;
            case SessionMove.Damage when waiting.Count > 0:
                var damaged = waiting[step.Which % waiting.Count].ToArray();
                damaged[step.Which % damaged.Length] ^= (byte)(1 << (step.Which % 8));
                Assert.NotEqual(OpenOutcome.Opened, to.Open(from, damaged));
                break;
            case SessionMove.Reflect when waiting.Count > 0:
                Assert.NotEqual(OpenOutcome.Opened, from.Open(to, waiting[step.Which % waiting.Count]));
                break;
            case SessionMove.Restart:
                from.Restart();
                break;
            case SessionMove.LetTimePass:
                from.Time.Advance(TimeSpan.FromMinutes(20));
                break;
            default:
                break;
        }
    }

    /// <summary>What is on its way arrives, and from now on everything does, in order, at once.</summary>
    public void LetTheLinkBecomeGood()
    {
        foreach (var (from, to) in new[] { (_leader, _follower), (_follower, _leader) })
        {
            while (_onTheWay[from].Count > 0)
                Deliver(from, to, 0);
        }
    }

    /// <summary>Each says a few things in turn.</summary>
    public void Talk(int turns)
    {
        for (var turn = 0; turn < turns; turn++)
        {
            Hear(_leader, _follower, Send(_leader, _follower));
            Hear(_follower, _leader, Send(_follower, _leader));
        }
    }

    /// <summary>Everything is understood, and both use the same session.</summary>
    public void AssertSettled()
    {
        _leader.Talk(_follower);
        _leader.AssertAgreesWith(_follower);
        Assert.Equal(PacketType.Data, _leader.Say(_follower));
        Assert.Equal(PacketType.Data, _follower.Say(_leader));
        _leader.AssertAgreesWith(_follower);
    }

    /// <summary>Everything is understood, in whichever session.</summary>
    public void AssertAllIsUnderstood()
    {
        for (var turn = 0; turn < 40; turn++)
        {
            _leader.Say(_follower);
            _follower.Say(_leader);
        }
    }

    public void Dispose()
    {
        _leader.Dispose();
        _follower.Dispose();
    }

    private ReadOnlyMemory<byte> Send(SessionPeer from, SessionPeer to)
    {
        var text = $"{_count++} {new string('x', _count % 7)}";
        _said[from].Add(text);
        return from.Seal(to, text);
    }

    private void Deliver(SessionPeer from, SessionPeer to, int at)
    {
        var packet = _onTheWay[from][at];
        _onTheWay[from].RemoveAt(at);
        _came[from].Add(packet);
        Hear(from, to, packet);
    }

    private void Hear(SessionPeer from, SessionPeer to, ReadOnlyMemory<byte> packet)
    {
        var opened = to.Table.Open(from.Id, packet);
        if (opened.Outcome != OpenOutcome.Opened)
        {
            Assert.True(opened.Outcome is OpenOutcome.UnknownSession or OpenOutcome.Replayed, $"An honest packet was called {opened.Outcome}.");
            return;
        }

        var text = Encoding.UTF8.GetString(opened.Plaintext.Span);
        Assert.Contains(text, _said[from]);
        Assert.Equal(SessionPeer.TypeOf(packet) == PacketType.Initiation, opened.IsEarly);
        if (!opened.IsEarly)
            Assert.True(_heardInSession.Add(text), "A message was opened twice.");
    }
}
