// From a network's file to its int8 form: import with made-up weights, folding of batch normalisations,
// calibration on one uniform image in -1 .. 1, and rewriting. Counters: seconds of each step, nodes in either
// form, and the SQNR of the reference executor's int8 outputs against the float ones (not in the time).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "hw/base/parallel.h"
#include "models/onnx/import.h"
#include "models/quantise/calibrate.h"
#include "models/quantise/fold.h"
#include "models/quantise/quantise.h"
#include "models/reference/run.h"

namespace systole::bench {
namespace {

using Clock = std::chrono::steady_clock;

class Stopwatch {
public:
  /// Seconds since the last lap.
  double lap() {
    const auto now = Clock::now();
    return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  }

private:
  Clock::time_point last_ = Clock::now();
};

ir::TensorData uniform_input(const ir::Tensor& tensor) {
  std::mt19937_64 engine(1);
  std::vector<float> values(static_cast<std::size_t>(tensor.elements()));
  for (float& value : values) value = static_cast<float>(static_cast<double>(engine() >> 40) * 0x1p-23 - 1);
  return ir::make_data(values);
}

double sqnr_db(const ir::Tensor& exact, const ir::Tensor& quantised) {
  double signal = 0;
  double noise = 0;
  for (std::int64_t i = 0; i < exact.elements(); ++i) {
    const double value = static_cast<double>(exact.as<float>()[i]);
    const double difference = value - static_cast<double>(quantised.as<float>()[i]);
    signal += value * value;
    noise += difference * difference;
  }
  return 10 * std::log10(signal / noise);
}

void BM_Quantise(benchmark::State& state, const std::string& path, quantise::Options options) {
  while (state.KeepRunning()) {
    Issues issues;
    Stopwatch watch;
    auto imported = import_onnx(path, issues, {{}, {}, ir::Synthesis{}});
    if (!imported || imported->inputs().size() != 1) return state.SkipWithError("not imported");
    const double import_s = watch.lap();
    const ir::Graph network = quantise::fold_batch_norms(*imported);
    const double fold_s = watch.lap();
    const std::vector<ir::TensorData> inputs{uniform_input(network.tensor(network.inputs()[0]).value)};
    watch.lap();
    std::vector<std::vector<ir::Tensor>> exact;
    const auto ranges = quantise::calibrate(network, {&inputs, 1}, worker_threads(), issues, &exact);
    const double calibrate_s = watch.lap();
    quantise::Report report;
    const ir::Graph int8 = quantise::quantise_network(network, ranges, options, issues, &report);
    const double quantise_s = watch.lap();
    if (!issues.empty()) return state.SkipWithError(to_string(issues.list()[0]).c_str());
    state.SetIterationTime(import_s + fold_s + calibrate_s + quantise_s);
    state.counters["import s"] = import_s;
    state.counters["fold s"] = fold_s;
    state.counters["calibrate s"] = calibrate_s;
    state.counters["quantise s"] = quantise_s;
    state.counters["int8 nodes"] = static_cast<double>(report.int8_nodes.size());
    state.counters["float nodes"] = static_cast<double>(report.float_nodes.size());
    state.counters["SQNR dB"] = sqnr_db(exact[0][0], run_reference(int8, inputs).outputs[0]);
  }
}

int register_all() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(SYSTOLE_NETWORKS_DIR)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() == ".onnx" && name.find("digits") == std::string::npos)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    for (const bool per_channel : {true, false}) {
      for (const bool power_of_two : {false, true}) {
        const std::string name = "Quantise/" + file.stem().string() +
                                 (per_channel ? "/per_channel" : "/per_tensor") +
                                 (power_of_two ? "/power_of_two" : "");
        benchmark::RegisterBenchmark(name.c_str(), BM_Quantise, file.string(),
                                     quantise::Options{per_channel, power_of_two})
            ->UseManualTime()
            ->Iterations(1)
            ->Unit(benchmark::kMillisecond);
      }
    }
  }
  return 0;
}

const int kRegistered = register_all();

}  // namespace
}  // namespace systole::bench
