namespace EndToEnd.Tests.Operations;

/// <summary>Tests that take the whole machine for a while: none of this project's run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
