using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace TermChat.Commands.Doctor;

/// <summary>Is it really the relay that answers, as somebody this machine trusts confirms?</summary>
internal static class TlsStep
{
    public static async Task<Finding> ExamineAsync(Case relay, CancellationToken cancellationToken)
    {
        if (!relay.IsSecure)
            return Finding.Skip("not used for http and ws. Messages are encrypted all the same; who writes to whom can be seen on the way");
        if (relay.Proxy is not null)
            return Finding.Skip("behind the proxy; the next step needs it to be right");

        string? doubt = null;
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(relay.Addresses, relay.Hub.Port, cancellationToken);
        await using var tls = new SslStream(new NetworkStream(socket), leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = relay.Hub.IdnHost,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    (doubt = Doubt(relay, certificate as X509Certificate2, chain, errors)) is null,
            }, cancellationToken);
        }
        catch (AuthenticationException) when (doubt is not null)
        {
            return Finding.Fail(doubt);
        }
        catch (Exception broken) when (broken is AuthenticationException or IOException)
        {
            var why = (broken.InnerException ?? broken).Message;
            return Finding.Fail($"the server does not speak TLS as this machine does: {why} Is the address perhaps {Plain(relay.Hub)}?");
        }

        var shown = (X509Certificate2)tls.RemoteCertificate!;
        return Finding.Ok($"{Name(tls.SslProtocol)}; {Who(shown)}");
    }

    private static string? Doubt(Case relay, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return null;
        if (certificate is null)
            return "the server shows no certificate. Its operator has to give it one.";

        var now = relay.Time.GetUtcNow();
        if (now > certificate.NotAfter)
            return $"the certificate has expired; {Who(certificate)}. Its operator has to renew it - or is this machine's clock wrong?";
        if (now < certificate.NotBefore)
            return $"the certificate is not valid yet, from {Day(certificate.NotBefore)} on. Is this machine's clock wrong?";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"the certificate is for another name than {relay.Hub.Host}; {Who(certificate)}. Use the name it is for, or somebody is in between.";

        var chainSays = chain?.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')).FirstOrDefault(text => text.Length > 0);
        return $"nobody this machine trusts has signed the certificate; {Who(certificate)}{(chainSays is null ? "" : $": {chainSays}")}. " +
            "Its operator needs one of a public authority, or this machine has to trust theirs.";
    }

    private static string Who(X509Certificate2 certificate) =>
        $"{certificate.Subject}, signed by {(certificate.Subject == certificate.Issuer ? "itself" : certificate.Issuer)}, valid until {Day(certificate.NotAfter)}";

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    private static string Name(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.Tls12 => "TLS 1.2",
        _ => protocol.ToString(),
    };

    private static string Plain(Uri hub) => $"http://{hub.Authority}";
}
