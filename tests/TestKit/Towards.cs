namespace TestKit;

/// <summary>A direction through a <see cref="Link"/>, named by where the bytes go.</summary>
public enum Towards
{
    Client,
    Server,
}
