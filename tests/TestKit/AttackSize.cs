namespace TestKit;

/// <summary>How large an attack is: small enough for every run of the tests, or, with the environment variable RELAY_ATTACKS=full, as large as it is meant.</summary>
public static class AttackSize
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("RELAY_ATTACKS") == "full";

    public static int Of(int usual, int full) => IsFull ? full : usual;
}
