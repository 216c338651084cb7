using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Relay.Contracts;

namespace Relay.Hub.Admission;

/// <summary>The lists of who may come, put together from the settings, the operator's file and what was banned at run time.</summary>
/// <remarks>Any thread. <see cref="Current"/> is replaced as a whole, so a reader never sees half a change.</remarks>
internal sealed class AccessControl
{
    private readonly Lock _gate = new();
    private readonly HashSet<PeerId> _bannedPeers = [];
    private readonly HashSet<IPNetwork> _bannedAddresses = [];
    private readonly LiveOptions _options;
    private readonly ILogger _logger;
    private readonly string? _path;
    private AccessFile _file = AccessFile.Empty;
    private (DateTime Written, long Length) _read;
    private string? _fault;
    private volatile AccessLists _current;

    /// <exception cref="OptionsValidationException">The file is named and cannot be read.</exception>
    public AccessControl(LiveOptions options, IHostEnvironment environment, ILogger<RelayHub> logger)
    {
        (_options, _logger) = (options, logger);
        if (options.Current.AccessFile is { Length: > 0 } file)
        {
            // With a list of who is let in missing, everybody would be.
            _path = Path.Combine(environment.ContentRootPath, file);
            ReadFile();
            if (_fault is not null)
                throw new OptionsValidationException(Options.DefaultName, typeof(RelayOptions), [$"Relay:AccessFile is {file}, but {_fault}"]);
        }

        _current = Combine();
        options.Changed += Renew;
    }

    /// <summary>After every change of <see cref="Current"/>. On the thread that made it.</summary>
    public event Action? Changed;

    public AccessLists Current => _current;

    /// <summary>What was banned at run time.</summary>
    public IReadOnlyCollection<PeerId> BannedPeers
    {
        get
        {
            lock (_gate)
                return [.. _bannedPeers];
        }
    }

    /// <inheritdoc cref="BannedPeers"/>
    public IReadOnlyCollection<IPNetwork> BannedAddresses
    {
        get
        {
            lock (_gate)
                return [.. _bannedAddresses];
        }
    }

    public bool Ban(PeerId peer) => Change(() => _bannedPeers.Add(peer));

    public bool Unban(PeerId peer) => Change(() => _bannedPeers.Remove(peer));

    public bool Ban(IPNetwork addresses) => Change(() => _bannedAddresses.Add(addresses));

    public bool Unban(IPNetwork addresses) => Change(() => _bannedAddresses.Remove(addresses));

    /// <summary>Looks whether the file has changed. A fault in it keeps the lists as they were, and is logged once.</summary>
    public void Refresh()
    {
        if (_path is null)
            return;

        var before = _fault;
        if (ReadFile())
        {
            _logger.AccessFileRead(_file.BannedPeers.Count, _file.BannedAddresses.Count, _file.AllowedPeers.Count);
            Renew();
        }
        else if (_fault is not null && _fault != before)
        {
            _logger.AccessFileNotUsed(_fault);
        }
    }

    /// <returns>Whether it has new lists.</returns>
    private bool ReadFile()
    {
        try
        {
            // Looked at before the reading: what is written meanwhile is noticed the next time.
            var info = new FileInfo(_path!);
            var seen = (info.LastWriteTimeUtc, info.Exists ? info.Length : -1);
            if (seen == _read)
                return false;

            _file = AccessFile.Parse(File.ReadAllText(_path!));
            (_read, _fault) = (seen, null);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            _fault = fault.Message;
            return false;
        }
    }

    private bool Change(Func<bool> change)
    {
        bool changed;
        lock (_gate)
            changed = change();
        if (changed)
            Renew();
        return changed;
    }

    private void Renew()
    {
        // Combined under the lock, so that of two changes at once the later one has both.
        int before;
        lock (_gate)
        {
            before = _current.AllowedPeers.Count;
            _current = Combine();
        }

        if (before > 0 && _current.AllowedPeers.Count == 0)
            _logger.EverybodyAllowed(before);
        Changed?.Invoke();
    }

    private AccessLists Combine()
    {
        var options = _options.Current;
        return new AccessLists(
            Peers([.. options.BannedPeers], [.. _file.BannedPeers, .. _bannedPeers]),
            new AddressSet([.. Ranges(options.BannedAddresses), .. _file.BannedAddresses, .. _bannedAddresses]),
            Peers([.. options.AllowedPeers], _file.AllowedPeers));
    }

    // The validator has seen to it that all of them can be read.
    private static HashSet<PeerId> Peers(IEnumerable<string> texts, IEnumerable<PeerId> more) => [.. texts.Select(PeerId.Parse), .. more];

    private static IEnumerable<IPNetwork> Ranges(IEnumerable<string> texts) =>
        texts.Select(text => AddressRange.TryParse(text, out var range) ? range : throw new FormatException());
}
