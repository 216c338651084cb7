namespace Client.Transport.Tests;

/// <summary>Tests that nothing else may run beside: forgotten tasks are found in the whole process, whoever has forgotten them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
