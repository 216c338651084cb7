using Xunit.Sdk;
using Xunit.v3;

// Each starts servers that want the machine for themselves.
[assembly: Parallelization(Mode = ParallelMode.None)]
