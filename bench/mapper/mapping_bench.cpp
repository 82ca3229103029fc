// How long a network takes to map: legalise, plan, lower, schedule, verify.
#include <benchmark/benchmark.h>

#include "bench/mapper/residual_networks.h"
#include "models/mapper/mapper.h"

namespace systole::bench {
namespace {

/// socs/edge16.yaml: 16 x 16, 512 KiB.
mapper::Capability edge16() {
  mapper::Capability c;
  c.sram_base = 0x2000'0000;
  c.sram_size = Bytes{512U << 10U};
  c.dram_size = Bytes{512U << 20U};
  return c;
}

/// 256 x 256, 24 MiB.
mapper::Capability tpu() {
  mapper::Capability c = edge16();
  c.sram_size = Bytes{24U << 20U};
  c.array_rows = c.array_cols = 256;
  c.accumulators = Bytes{4U << 20U};
  return c;
}

void map(benchmark::State& state, const std::array<int, 4>& blocks, const mapper::Capability& capability) {
  const ir::Graph graph = residual_network(blocks);
  mapper::MapReport report;
  while (state.KeepRunning()) {
    Issues issues;
    auto program = mapper::map_network(graph, capability, {}, issues, &report);
    if (!program) state.SkipWithError("not mapped");
    benchmark::DoNotOptimize(program);
  }
  state.counters["descriptors"] = static_cast<double>(report.exec_descriptors);
  state.counters["macs"] = static_cast<double>(report.macs);
}

const std::array<int, 4> kResNet50{3, 4, 6, 3};
const std::array<int, 4> kResNet152{3, 8, 36, 3};
BENCHMARK_CAPTURE(map, resnet50_edge16, kResNet50, edge16())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(map, resnet50_tpu, kResNet50, tpu())->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(map, resnet152_edge16, kResNet152, edge16())->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace systole::bench
