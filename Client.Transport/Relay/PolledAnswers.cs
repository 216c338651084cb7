namespace Client.Transport.Relay;

/// <summary>A relay's answers to a client that polls: none of them is longer than a relay's are, and none is lost without a word.</summary>
/// <remarks>
/// SignalR's client takes each answer into memory before it looks at it, up to 2 GiB, and collects what is no end of the handshake
/// from as many answers as come. Each is taken here first, which is no copy more, and only so much of it.
/// </remarks>
/// <param name="isConnecting">Whether the handshake goes on.</param>
internal sealed class PolledAnswers(HttpMessageHandler inner, Func<bool> isConnecting) : DelegatingHandler(inner)
{
    // A relay says less than 1 KiB before somebody registers: the negotiation, the handshake, its challenge.
    private const int MostToConnect = 16 << 10;

    // An answer has what waits, and a relay lets no more wait behind 64 KiB: two frames of the largest are more than any has.
    private const int MostAtOnce = 2 * WaryProtocol.MaxFrameBytes;

    private long _toConnect;

    /// <exception cref="InvalidDataException">The answer is too long. The connection is over.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // .NET repeats a request without a body by itself when its socket ends in place of an answer. Of a poll that answer was on its way, and nobody would miss it:
        // not a refusal, nor that messages were accepted. One with a body, be it empty, it does not repeat: the poll fails, and with it the connection.
        request.Content ??= new ByteArrayContent([]);
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var (most, before) = isConnecting() ? (MostToConnect, Interlocked.Read(ref _toConnect)) : (MostAtOnce, 0);
            await TakeAsync(answer.Content, most, before, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _toConnect, answer.Content.Headers.ContentLength ?? 0);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static async Task TakeAsync(HttpContent content, int most, long before, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(Math.Max(0, most - before), cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException tooLong) when (tooLong.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new InvalidDataException($"The relay answers with more than {most} bytes, which none does.", tooLong);
        }
    }
}
