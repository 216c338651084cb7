namespace Relay.Benchmarks.Fuzzing.Frames;

/// <summary>What is wrong with a frame, or with a whole connection.</summary>
internal enum Kind
{
    /// <summary>Nothing: so that what was hit by the others has to go on with these.</summary>
    Valid,

    /// <summary>Some bits are others.</summary>
    BitFlips,

    /// <summary>Its end is missing, and something else follows.</summary>
    Truncated,

    /// <summary>The head of one and the tail of another.</summary>
    Spliced,

    /// <summary>Its length says something else than it has; in JSON, the mark at its end is elsewhere.</summary>
    WrongLength,

    /// <summary>One value is of another type, or a number at the edge of some range.</summary>
    WrongValue,

    /// <summary>One value is missing, is there twice, or has changed places.</summary>
    Rearranged,

    /// <summary>One value is thousands of lists or maps deep.</summary>
    DeepNesting,

    /// <summary>One value says that it is huge, and is not.</summary>
    HugeDeclared,

    /// <summary>Text that is none: broken UTF-8, unpaired surrogates, base64 that is none.</summary>
    BrokenText,

    /// <summary>As large as a frame may be, or larger.</summary>
    Oversize,

    /// <summary>A method there is none of.</summary>
    UnknownMethod,

    /// <summary>Streams, completions, cancellations, closings, pings, acknowledgements of SignalR itself.</summary>
    OtherMessage,

    /// <summary>Thousands of tiny things in one call.</summary>
    Crowded,

    /// <summary>The first message of a connection, SignalR's handshake, is wrong.</summary>
    Handshake,

    /// <summary>The HTTP request for a WebSocket is wrong.</summary>
    Upgrade,

    /// <summary>The WebSocket's own framing is wrong.</summary>
    WebSocketFraming,
}
