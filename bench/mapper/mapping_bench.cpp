// How long a network takes to map: legalise, plan, lower, schedule, verify. CPU time is that of all threads.
#include <benchmark/benchmark.h>

#include <string>

#include "app/run/capability.h"
#include "bench/support/networks.h"
#include "bench/support/soc.h"
#include "models/mapper/mapper.h"

namespace systole::bench {
namespace {

/// data: the program's weights too, as for a run with data.
void map(benchmark::State& state, const std::string& name, const std::string& soc_name, bool data) {
  const mapper::Capability capability = app::capability_of(soc(soc_name));
  const ir::Graph graph = network(name);
  Issues issues;
  mapper::MapReport report;
  while (state.KeepRunning()) {
    auto program = mapper::map_network(graph, capability, {.data = data}, issues, &report);
    if (!program) return state.SkipWithError(to_string(issues.list().front()).c_str());
    benchmark::DoNotOptimize(program);
  }
  state.counters["descriptors"] = static_cast<double>(report.exec_descriptors);
  state.counters["macs"] = static_cast<double>(report.macs);
}

int register_all() {
  for (const char* soc_name : {"edge16", "tpu-v1"}) {
    for (const char* name : {"resnet50", "densenet264", "googlenet"}) {
      for (const bool data : {true, false}) {
        const std::string title =
            std::string("map/") + name + "/" + soc_name + (data ? "/data" : "/timing_only");
        benchmark::RegisterBenchmark(title.c_str(), map, name, soc_name, data)
            ->MeasureProcessCPUTime()
            ->Unit(benchmark::kMillisecond);
      }
    }
  }
  return 0;
}

const int kRegistered = register_all();

}  // namespace
}  // namespace systole::bench
