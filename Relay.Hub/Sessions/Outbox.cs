using System.Diagnostics.CodeAnalysis;
using Relay.Contracts;

namespace Relay.Hub.Sessions;

/// <summary>Answers that wait for a session's pump. Any thread; the lock is a leaf.</summary>
/// <remarks>
/// Bounded by merging: numbers that follow each other become one range. A client that makes answers which do not merge,
/// and does not read them, fills it, and loses its connection.
/// </remarks>
/// <param name="sendWindow">How many answers an honest client can have coming.</param>
internal sealed class Outbox(int sendWindow)
{
    public const int LeastCapacity = 4096;

    /// <summary>Ranges and errors that may wait: far above what a send window of the usual size can produce, and never below any.</summary>
    public int Capacity { get; } = CapacityFor(sendWindow);

    public static int CapacityFor(int sendWindow) => Math.Max(LeastCapacity, sendWindow);

    private readonly Lock _gate = new();
    private List<NumberRange> _accepted = [];
    private List<NumberRange> _queued = [];
    private Queue<RelayError>? _errors;
    private long _read;

    /// <returns>False when the outbox is full: the answer is lost, and the connection must end.</returns>
    public bool TryAdd(NumberRange numbers, AnswerKind kind)
    {
        lock (_gate)
        {
            var ranges = kind == AnswerKind.Accepted ? _accepted : _queued;
            if (ranges.Count > 0 && ranges[^1].To + 1 == numbers.From)
            {
                ranges[^1] = new NumberRange { From = ranges[^1].From, To = numbers.To };
                return true;
            }

            if (ranges.Count >= Capacity)
                return false;

            ranges.Add(numbers);
            return true;
        }
    }

    /// <returns>False when the outbox is full: the answer is lost, and the connection must end.</returns>
    public bool TryAdd(RelayError error)
    {
        lock (_gate)
        {
            if (_errors?.Count >= Capacity)
                return false;

            (_errors ??= new()).Enqueue(error);
            return true;
        }
    }

    /// <summary>Messages up to this number have been read, though some of them have no answer yet.</summary>
    public void AddRead(long number)
    {
        lock (_gate)
            _read = number;
    }

    public bool TryTakeAccepted([NotNullWhen(true)] out Accepted? accepted)
    {
        accepted = null;
        lock (_gate)
        {
            if (_accepted.Count == 0 && _read == 0)
                return false;

            accepted = new Accepted { Ranges = _accepted, Read = _read };
            (_accepted, _read) = ([], 0);
            return true;
        }
    }

    public bool TryTakeQueued([NotNullWhen(true)] out Queued? queued)
    {
        lock (_gate)
        {
            queued = _queued.Count == 0 ? null : new Queued { Ranges = _queued };
            if (queued is not null)
                _queued = [];
            return queued is not null;
        }
    }

    public bool TryTakeError([NotNullWhen(true)] out RelayError? error)
    {
        error = null;
        lock (_gate)
            return _errors?.TryDequeue(out error) == true;
    }
}
