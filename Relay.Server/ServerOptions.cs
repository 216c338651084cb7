namespace Relay.Server;

/// <summary>What an operator can set about the program around the hub, in the configuration section <c>Server</c>. Read at the start.</summary>
internal sealed class ServerOptions
{
    public const string Section = "Server";

    /// <summary>Shorter ones can be guessed. Twenty-four characters of base64 are 144 bits.</summary>
    public const int MinAdminKeyLength = 24;

    /// <summary>Whether the status page answers at <c>/</c>.</summary>
    public bool StatusPage { get; set; } = true;

    /// <summary>Where Prometheus reads the metrics. Empty: nowhere.</summary>
    public string MetricsPath { get; set; } = "/metrics";

    /// <summary>Whether everybody may read them, and not only this machine and who has the admin key.</summary>
    public bool MetricsForAnyone { get; set; }

    /// <summary>What an operator shows to ban and disconnect peers. Empty: nobody can.</summary>
    public string AdminKey { get; set; } = "";

    /// <summary>The certificate for <c>https</c>, its chain behind it: PEM or PKCS #12. Read again when it changes. Empty: as Kestrel is configured.</summary>
    public string CertificatePath { get; set; } = "";

    /// <summary>The private key, where it is not in the same file.</summary>
    public string CertificateKeyPath { get; set; } = "";

    /// <summary>What the private key is encrypted with, if it is.</summary>
    public string CertificatePassword { get; set; } = "";

    /// <summary>How often to look whether the certificate has changed.</summary>
    public TimeSpan CertificateCheckInterval { get; set; } = TimeSpan.FromSeconds(10);
}
