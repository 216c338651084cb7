using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Relay.Hub.Admission;

/// <summary>The options as they were last read without a fault: what may change while the relay runs is read from here.</summary>
/// <remarks>
/// <see cref="IOptionsMonitor{TOptions}"/> would do if operators made no mistakes: after a change that is not valid it throws
/// at everybody who asks, and so one typing error in a file would refuse every registration.
/// </remarks>
internal sealed class LiveOptions : IDisposable
{
    private readonly List<IDisposable> _watching = [];
    private volatile RelayOptions _current;

    public LiveOptions(
        IOptionsFactory<RelayOptions> factory, IEnumerable<IOptionsChangeTokenSource<RelayOptions>> sources, ILogger<RelayHub> logger)
    {
        _current = factory.Create(Options.DefaultName);
        foreach (var source in sources)
            _watching.Add(ChangeToken.OnChange(source.GetChangeToken, () => Read(factory, logger)));
    }

    private LiveOptions(RelayOptions options) => _current = options;

    /// <summary>After a change. On the thread that noticed it.</summary>
    public event Action? Changed;

    public RelayOptions Current => _current;

    /// <summary>Options that stay as they are.</summary>
    public static LiveOptions Fixed(RelayOptions options) => new(options);

    public void Dispose() => _watching.ForEach(one => one.Dispose());

    private void Read(IOptionsFactory<RelayOptions> factory, ILogger logger)
    {
        try
        {
            _current = factory.Create(Options.DefaultName);
        }
        catch (Exception fault) when (fault is OptionsValidationException or InvalidOperationException)
        {
            logger.ConfigurationNotUsed(fault.Message);
            return;
        }

        logger.ConfigurationRead();
        Changed?.Invoke();
    }
}
