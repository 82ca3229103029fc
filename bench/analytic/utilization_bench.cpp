// The closed form over all layers of a network, which have been read already: one array size, and the 256
// sizes of docs/utilization.md. Wanted: under 1 ms for ResNet-152 on one array.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "models/analytic/utilization.h"
#include "models/onnx/import.h"

namespace systole::bench {
namespace {

std::vector<ir::MatrixProduct> products(const std::string& name) {
  ImportOptions options;
  options.synthesis = ir::Synthesis{};
  Issues issues;
  const auto graph = import_onnx(SYSTOLE_NETWORKS_DIR "/" + name + ".onnx", issues, options);
  return graph ? ir::products_of(*graph) : std::vector<ir::MatrixProduct>{};
}

void evaluate(benchmark::State& state, const std::string& name, std::uint32_t first, std::uint32_t last) {
  const auto layers = products(name);
  if (layers.empty()) {
    state.SkipWithError("the network cannot be read");
    return;
  }
  analytic::ArrayModel array;
  for ([[maybe_unused]] auto iteration : state) {
    for (array.shape.rows = first; array.shape.rows <= last; array.shape.rows += 16) {
      for (array.shape.cols = first; array.shape.cols <= last; array.shape.cols += 16) {
        benchmark::DoNotOptimize(analytic::usage_of(array, layers));
      }
    }
  }
  state.counters["layers"] = static_cast<double>(layers.size());
}

void BM_OneArray(benchmark::State& state, const std::string& name) { evaluate(state, name, 128, 128); }
void BM_Grid(benchmark::State& state, const std::string& name) { evaluate(state, name, 16, 256); }

BENCHMARK_CAPTURE(BM_OneArray, resnet152, "resnet152")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_OneArray, mobilenet_v2, "mobilenet_v2")->Unit(benchmark::kMicrosecond);  // joins groups
BENCHMARK_CAPTURE(BM_Grid, resnet152, "resnet152")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace systole::bench
