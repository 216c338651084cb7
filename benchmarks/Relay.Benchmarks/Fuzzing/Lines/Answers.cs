using System.Globalization;
using System.Text.Json;
using MessagePack;
using Relay.Benchmarks.Fuzzing.Frames;

namespace Relay.Benchmarks.Fuzzing.Lines;

/// <summary>Reads what a relay says to a fuzzing peer, as far as that peer has to know it.</summary>
/// <param name="encoding">Null if nobody can know in which one the relay will answer: then all of it is thrown away.</param>
internal sealed class Answers(Encoding? encoding)
{
    private const int Invocation = 1;
    private const int Completion = 3;
    private const int Close = 7;

    /// <summary>In front of the ids of calls that only ask whether everything before them was read.</summary>
    public const string ProbePrefix = "probe-";

    private byte[] _buffer = new byte[64 << 10];
    private int _length;
    private bool _shookHands;

    /// <summary>Where the next bytes go.</summary>
    public Memory<byte> Room
    {
        get
        {
            if (_buffer.Length - _length < 16 << 10)
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            return _buffer.AsMemory(_length);
        }
    }

    /// <summary>Of the probes answered, the last.</summary>
    public long LastProbe { get; private set; }

    public bool IsRegistered { get; private set; }

    /// <summary>From Registered, or the challenge.</summary>
    public string? Epoch { get; private set; }

    /// <summary>Whether the relay has said its last word.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Calls and messages refused so far.</summary>
    public long Refusals { get; private set; }

    public void Take(int bytes)
    {
        if (encoding is not { } known)
            return;

        _length += bytes;
        var at = 0;
        if (!_shookHands)
        {
            var end = _buffer.AsSpan(0, _length).IndexOf(Framing.JsonEnd);
            if (end < 0)
                return;
            (_shookHands, at) = (true, end + 1);
        }

        while (Framing.TryTake(known, _buffer.AsSpan(at, _length - at), out var body, out var taken))
        {
            if (known == Encoding.Json)
                LookAtJson(body);
            else
                LookAtMessagePack(_buffer.AsMemory(at + taken - body.Length, body.Length));
            at += taken;
        }

        _buffer.AsSpan(at, _length - at).CopyTo(_buffer);
        _length -= at;
    }

    private void LookAtMessagePack(ReadOnlyMemory<byte> body)
    {
        var reader = new MessagePackReader(body);
        reader.ReadArrayHeader();
        var type = reader.ReadInt32();
        if (type == Close)
            HasEnded = true;
        if (type is not (Completion or Invocation))
            return;

        reader.Skip();
        if (type == Completion)
        {
            Complete(reader.ReadString());
            return;
        }

        reader.Skip();
        var target = reader.ReadString();
        reader.ReadArrayHeader();
        if (target is not ("Error" or "Registered" or "Challenge"))
            return;

        reader.ReadArrayHeader();
        switch (target)
        {
            case "Error":
                Refuse(reader.ReadInt32());
                break;
            case "Registered":
                reader.Skip();
                (IsRegistered, Epoch) = (true, reader.ReadString());
                break;
        }
    }

    private void LookAtJson(ReadOnlySpan<byte> body)
    {
        // Most of what comes is refusals; each is short.
        var reader = new Utf8JsonReader(body);
        using var document = Parse(ref reader, body);
        var message = document.RootElement;
        switch (message.TryGetProperty("type", out var type) ? type.GetInt32() : 0)
        {
            case Close:
                HasEnded = true;
                break;
            case Completion:
                Complete(message.GetProperty("invocationId").GetString());
                break;
            case Invocation when message.GetProperty("target").ValueEquals("Error"):
                Refuse(message.GetProperty("arguments")[0].GetProperty("code").GetInt32());
                break;
            case Invocation when message.GetProperty("target").ValueEquals("Registered"):
                (IsRegistered, Epoch) = (true, message.GetProperty("arguments")[0].GetProperty("epoch").GetString());
                break;
        }
    }

    /// <exception cref="InvalidDataException">The relay says what is no JSON: a finding.</exception>
    private static JsonDocument Parse(ref Utf8JsonReader reader, ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException none)
        {
            throw new InvalidDataException($"The relay said something that is no JSON: {System.Text.Encoding.UTF8.GetString(body)}", none);
        }
    }

    private void Complete(string? id)
    {
        if (id?.StartsWith(ProbePrefix, StringComparison.Ordinal) == true)
            LastProbe = long.Parse(id.AsSpan(ProbePrefix.Length), CultureInfo.InvariantCulture);
    }

    private void Refuse(int code)
    {
        Refusals++;
        HasEnded |= code >= 100;
    }
}
