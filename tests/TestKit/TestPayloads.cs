namespace TestKit;

/// <summary>Payloads that mean nothing, as sealed ones do.</summary>
public static class TestPayloads
{
    /// <summary>Random bytes; the same ones for the same seed and length.</summary>
    public static byte[] Random(int seed, int length = 256)
    {
        var payload = new byte[length];
        new Random(seed).NextBytes(payload);
        return payload;
    }
}
