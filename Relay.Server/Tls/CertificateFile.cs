using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Relay.Server.Tls;

/// <summary>The certificate on disk, as it was when it was last read in one piece. Any thread.</summary>
/// <remarks>
/// Kestrel's own settings for certificate files (<c>Kestrel:Certificates</c>) went on with the old certificate when its files were
/// replaced under a running program, so they are read here. New handshakes see the difference; connections stay.
/// </remarks>
internal sealed class CertificateFile(IOptions<ServerOptions> options)
{
    private static readonly byte[] PemMark = "-----BEGIN "u8.ToArray();

    private volatile SslStreamCertificateContext? _current;
    private (DateTime, DateTime) _read;

    /// <exception cref="OptionsValidationException">It cannot be read: the first time that is a wrong setting.</exception>
    public SslStreamCertificateContext Current => _current ?? Start();

    public X509Certificate2 Leaf => Current.TargetCertificate;

    private string Path => options.Value.CertificatePath;

    private string? KeyPath => options.Value.CertificateKeyPath is { Length: > 0 } path ? path : null;

    private string? Password => options.Value.CertificatePassword is { Length: > 0 } password ? password : null;

    /// <summary>Reads it again if its files have changed.</summary>
    /// <returns>Whether there is a new one.</returns>
    /// <exception cref="IOException">It cannot be read, or not yet: certificate and key are rarely replaced at the same instant. The former one stays.</exception>
    public bool Refresh()
    {
        (DateTime, DateTime) onDisk;
        try
        {
            onDisk = Stamp();
            if (onDisk == _read && _current is not null)
                return false;

            _current = Read();
        }
        catch (Exception failure)
        {
            // Whatever the readers say to a file that is missing, cut off, of another kind or of another key: there are many ways.
            throw new IOException(failure.Message, failure);
        }

        // Noted when it was good: one that was caught in the middle of its replacement is tried again.
        _read = onDisk;
        return true;
    }

    private SslStreamCertificateContext Start()
    {
        try
        {
            Refresh();
            return _current!;
        }
        catch (IOException failure)
        {
            throw new OptionsValidationException(ServerOptions.Section, typeof(ServerOptions),
            [
                $"Server:CertificatePath is {Path}" + (KeyPath is { } key ? $" and Server:CertificateKeyPath is {key}" : "") +
                $", and that could not be read: {failure.Message} It must be a certificate with its private key, in PEM or PKCS #12; " +
                "the key may be in a file of its own (Server:CertificateKeyPath), and encrypted (Server:CertificatePassword).",
            ]);
        }
    }

    private SslStreamCertificateContext Read()
    {
        // What comes behind the first is the chain. Clients know the root, but not what lies between.
        var all = File.ReadAllBytes(Path).AsSpan().IndexOf(PemMark) >= 0 ? ReadPem() : X509CertificateLoader.LoadPkcs12CollectionFromFile(Path, Password);
        var leaf = all.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CryptographicException("There is no private key in it.");
        all.Remove(leaf);

        // Windows cannot serve with a key that was never in one of its stores.
        if (OperatingSystem.IsWindows())
            leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(leaf, all, offline: true);
    }

    private X509Certificate2Collection ReadPem()
    {
        var leaf = Password is null
            ? X509Certificate2.CreateFromPemFile(Path, KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(Path, Password, KeyPath);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(Path);
        return [leaf, .. chain.Where(one => one.Thumbprint != leaf.Thumbprint)];
    }

    // Of what the paths lead to: programs that renew certificates put a link in their place. One that is missing has a time too.
    private (DateTime, DateTime) Stamp() => (TimeOf(Path), KeyPath is null ? default : TimeOf(KeyPath));

    private static DateTime TimeOf(string path) =>
        File.GetLastWriteTimeUtc(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
}
