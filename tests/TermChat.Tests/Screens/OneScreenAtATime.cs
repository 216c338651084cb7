namespace TermChat.Tests.Screens;

/// <summary>The terminal framework has settings that belong to the whole process.</summary>
[CollectionDefinition(nameof(OneScreenAtATime), DisableParallelization = true)]
public sealed class OneScreenAtATime;
