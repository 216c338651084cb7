// Each starts servers that want the machine for themselves.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
