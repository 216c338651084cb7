using System.Net.Sockets;

namespace TestKit;

/// <summary>A real nginx on loopback, with a configuration and a folder of its own.</summary>
public sealed class NginxProcess : IAsyncDisposable
{
    private readonly ProgramProcess _process;
    private readonly DirectoryInfo _folder;

    private NginxProcess(ProgramProcess process, DirectoryInfo folder) => (_process, _folder) = (process, folder);

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <param name="port">Where the configuration makes it listen.</param>
    /// <param name="configuration">What stands in <c>http { }</c>.</param>
    public static async Task<NginxProcess> StartAsync(int port, string configuration)
    {
        var folder = Directory.CreateTempSubdirectory("nginx-");
        var file = Path.Combine(folder.FullName, "nginx.conf");

        // One process, so that the one that is started is the one that is ended; and nothing outside its folder.
        await File.WriteAllTextAsync(file, $$"""
            daemon off;
            master_process off;
            pid nginx.pid;
            error_log stderr;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
            {{configuration}}
            }
            """);
        var process = ProgramProcess.Run(
            InstalledProgram.PathOf("nginx"), new Dictionary<string, string?>(), "-p", folder.FullName, "-c", file, "-e", "stderr");
        await Eventually.Is("nginx listens, or says why not", () => process.HasExited || Listens(port));
        return process.HasExited
            ? throw new InvalidOperationException($"nginx did not start. {process.Story()}")
            : new NginxProcess(process, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static bool Listens(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
