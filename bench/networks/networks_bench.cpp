// Whole networks, mapped and simulated on socs/edge16.yaml (a 16 x 16 int8 array), beside the same network's
// matrix products called straight through oneDNN in this process. Counters: "x oneDNN" (time over the
// products' time), "peak MB" (of the process that maps and simulates), "Mcycles" simulated, "map s" and
// "simulate s", and the CPU time of both, which a busy machine disturbs less.
#include <benchmark/benchmark.h>

#include <exception>
#include <map>
#include <string>

#include "bench/support/gemms.h"
#include "bench/support/networks.h"
#include "bench/support/soc.h"
#include "bench/support/whole_run.h"

namespace systole::bench {
namespace {

/// Each made when it is wanted: the child processes count what their parent has in memory.
const ir::Graph& network_of(const std::string& name) {
  static std::map<std::string, ir::Graph> networks;
  const auto found = networks.find(name);
  return found != networks.end() ? found->second : networks.emplace(name, network(name)).first->second;
}

/// On both cores, measured once.
double yardstick(const std::string& name) {
  static std::map<std::string, double> seconds;
  const auto found = seconds.find(name);
  if (found != seconds.end()) return found->second;
  return seconds.emplace(name, onednn_seconds(gemms_of(network_of(name)), 2, 5)).first->second;
}

void BM_OneDnn(benchmark::State& state, const std::string& name) {
  const auto gemms = gemms_of(network_of(name));
  double macs = 0;
  for (const GemmShape& g : gemms) macs += static_cast<double>(g.m * g.n * g.k * g.count);
  while (state.KeepRunning())
    state.SetIterationTime(onednn_seconds(gemms, static_cast<int>(state.range(0)), 1));
  state.counters["MAC/s"] = benchmark::Counter(macs, benchmark::Counter::kIsIterationInvariantRate);
}

/// range(0): functional; range(1): inferences; range(2): every burst a transaction. One inference's time:
/// with two, what the second one adds.
void BM_Run(benchmark::State& state, const std::string& name) {
  const RunOptions options{state.range(0) != 0, static_cast<std::uint32_t>(state.range(1)),
                           state.range(2) != 0};
  const SocConfig edge16 = soc("edge16");
  RunCost total;
  double seconds = 0;
  while (state.KeepRunning()) {
    try {
      total = run_in_child(network_of(name), edge16, options);
      if (options.inferences > 1) {
        const RunCost one =
            run_in_child(network_of(name), edge16, {options.functional, 1, options.transactions});
        total.simulate_seconds -= one.simulate_seconds;
        total.simulate_cpu -= one.simulate_cpu;
        total.map_seconds = total.map_cpu = 0;
        total.cycles -= one.cycles;
      }
    } catch (const std::exception& error) {
      state.SkipWithError(error.what());
      return;
    }
    state.SetIterationTime(total.seconds());
    seconds += total.seconds();
  }
  state.counters["x oneDNN"] = seconds / static_cast<double>(state.iterations()) / yardstick(name);
  state.counters["peak MB"] = total.peak_bytes / 1e6;
  state.counters["Mcycles"] = total.cycles / 1e6;
  state.counters["map s"] = total.map_seconds;
  state.counters["simulate s"] = total.simulate_seconds;
  state.counters["map cpu"] = total.map_cpu;
  state.counters["simulate cpu"] = total.simulate_cpu;
  state.counters["descriptors"] = total.descriptors;
}

void threads(benchmark::internal::Benchmark* b) {
  b->ArgNames({"threads"})->Args({1})->Args({2})->UseManualTime()->Unit(benchmark::kMillisecond);
}
void modes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"functional", "inferences", "transactions"});
  b->Args({1, 1, 0})->Args({0, 1, 0})->Args({1, 2, 0})->Args({0, 1, 1});
  b->Iterations(3)->UseManualTime()->Unit(benchmark::kMillisecond);
}
BENCHMARK_CAPTURE(BM_OneDnn, resnet50, "resnet50")->Apply(threads);
BENCHMARK_CAPTURE(BM_OneDnn, vgg16, "vgg16")->Apply(threads);
BENCHMARK_CAPTURE(BM_Run, resnet50, "resnet50")->Apply(modes);
BENCHMARK_CAPTURE(BM_Run, vgg16, "vgg16")->Apply(modes);

}  // namespace
}  // namespace systole::bench
