// The digits network through our own quantisation: how many of the held-out images are right.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "models/onnx/import.h"
#include "models/onnx/tensor_file.h"
#include "models/quantise/fold.h"
#include "models/quantise/quantise.h"
#include "models/reference/run.h"

namespace systole::quantise {
namespace {

std::vector<std::vector<ir::TensorData>> images() {
  Issues issues;
  const auto all = read_tensor_pb(SYSTOLE_SOURCE_DIR "/scenarios/data/digits-test/images.pb", issues);
  EXPECT_TRUE(all.has_value());
  std::vector<std::vector<ir::TensorData>> rows;
  const float* const values = all->as<float>();
  for (std::int64_t i = 0; i < all->shape[0]; ++i) {
    rows.push_back({ir::make_data(std::vector<float>(values + i * 64, values + (i + 1) * 64))});
  }
  return rows;
}

std::vector<std::int64_t> labels() {
  Issues issues;
  const auto all = read_tensor_pb(SYSTOLE_SOURCE_DIR "/scenarios/data/digits-test/labels.pb", issues);
  EXPECT_TRUE(all.has_value());
  return {all->as<std::int64_t>(), all->as<std::int64_t>() + all->elements()};
}

struct Outcome {
  int correct = 0;
  double signal = 0, noise = 0;  ///< sums of squares of the float output and of the difference from it
  [[nodiscard]] double sqnr_db() const { return 10 * std::log10(signal / noise); }
};

Outcome outcome_of(const ir::Graph& graph, const ir::Graph& float_graph,
                   const std::vector<std::vector<ir::TensorData>>& inputs) {
  const std::vector<std::int64_t> classes = labels();
  Outcome outcome;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const ir::Tensor y = run_reference(graph, inputs[i]).outputs[0];
    const ir::Tensor right = run_float(float_graph, inputs[i], 1)[0];
    const float* const values = y.as<float>();
    for (std::int64_t n = 0; n < y.elements(); ++n) {
      const double exact = right.as<float>()[n];
      outcome.signal += exact * exact;
      outcome.noise += (exact - values[n]) * (exact - values[n]);
    }
    if (std::max_element(values, values + y.elements()) - values == classes[i]) ++outcome.correct;
  }
  return outcome;
}

ir::Graph load() {
  Issues issues;
  auto graph = import_onnx(SYSTOLE_SOURCE_DIR "/scenarios/networks/digits-float.onnx", issues);
  EXPECT_TRUE(graph.has_value());
  return fold_batch_norms(*graph);
}

ir::Graph quantised_digits(const ir::Graph& graph, std::span<const std::vector<ir::TensorData>> calibration,
                           const Options& options) {
  Issues issues;
  const Ranges ranges = calibrate(graph, calibration, 1, issues);
  ir::Graph result = quantise_network(graph, ranges, options, issues);
  EXPECT_TRUE(issues.empty());
  return result;
}

struct Expected {
  Options options;
  double sqnr_db;  ///< of the class probabilities; as measured
};
class Digits : public testing::TestWithParam<Expected> {};

// Calibrated on the first 32 of the 360 held-out images, which therefore take part in the ranges (not in any
// weight). The float network has 357 right, and so has every form of the int8 one.
TEST_P(Digits, AreRightAsOftenAsInFloat) {
  const ir::Graph graph = load();
  const auto inputs = images();
  const ir::Graph int8 = quantised_digits(graph, std::span(inputs).first(32), GetParam().options);
  const Outcome outcome = outcome_of(int8, graph, inputs);
  EXPECT_EQ(outcome.correct, 357);
  EXPECT_GT(outcome.sqnr_db(), GetParam().sqnr_db - 0.5);
  EXPECT_LT(outcome.sqnr_db(), GetParam().sqnr_db + 0.5);
}
INSTANTIATE_TEST_SUITE_P(Quantise, Digits,
                         testing::Values(Expected{{.per_channel = true, .power_of_two = false}, 43.1},
                                         Expected{{.per_channel = true, .power_of_two = true}, 40.6},
                                         Expected{{.per_channel = false, .power_of_two = false}, 41.9},
                                         Expected{{.per_channel = false, .power_of_two = true}, 38.2}));

}  // namespace
}  // namespace systole::quantise
