using System.Text.Json;
using Relay.Benchmarks.Measuring;
using Relay.Benchmarks.Reporting;

namespace Relay.Benchmarks.Tests.Reporting;

public sealed class JsonFileTests
{
    [Fact]
    public void A_ratio_to_a_server_that_stood_still_costs_nobody_the_report()
    {
        var path = Path.GetTempFileName();
        try
        {
            var figures = new Figures();
            figures.Add([new("throughput", "8 pairs", "relay", Metric.Cpu, [1, 2, 3]), new("throughput", "8 pairs", "mosquitto", Metric.Cpu, [0, 10, 10])]);

            JsonFile.Write(path, figures);

            using var file = JsonDocument.Parse(File.ReadAllText(path));
            var ratio = file.RootElement.GetProperty("figures")[1].GetProperty("relayRatio");
            Assert.Equal("Infinity", ratio.GetProperty("max").GetString());
            Assert.Equal(0.3, ratio.GetProperty("median").GetDouble(), 3);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
