using System.Reflection;
using BenchmarkDotNet.Attributes;
using Relay.Benchmarks.Micro;
using TestKit;

namespace Relay.Benchmarks.Tests.Micro;

/// <summary>Each question can be asked, with each of its parameters.</summary>
public sealed class MicroBenchmarkTests
{
    public static TheoryData<Type> Questions => [.. typeof(MailboxBenchmarks).Assembly.GetTypes().Where(type => Benchmarks(type).Any())];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Runs(Type question)
    {
        var batch = question.GetProperty("Batch")!;
        foreach (var value in batch.GetCustomAttribute<ParamsAttribute>()!.Values)
        {
            var asked = Activator.CreateInstance(question)!;
            batch.SetValue(asked, value);
            await InvokeAsync(asked, Marked<GlobalSetupAttribute>(question));
            await InvokeAsync(asked, Benchmarks(question));
            await InvokeAsync(asked, Marked<GlobalCleanupAttribute>(question));
        }
    }

    private static IEnumerable<MethodInfo> Benchmarks(Type type) => Marked<BenchmarkAttribute>(type);

    private static IEnumerable<MethodInfo> Marked<T>(Type type)
        where T : Attribute =>
        type.GetMethods().Where(method => method.GetCustomAttribute<T>() is not null);

    private static async Task InvokeAsync(object target, IEnumerable<MethodInfo> methods)
    {
        foreach (var method in methods)
        {
            if (method.Invoke(target, null) is Task task)
                await task.WaitAsync(Eventually.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
