// The presets' closed form: every figure that the tools reported, and their formulas on random shapes.
#include <gtest/gtest.h>

#include <random>

#include "hw/timing/systolic/folds.h"
#include "tests/validation/matrix_presets/published.h"

namespace systole::presets {
namespace {

timing::ArrayShape array_of(timing::FoldRules rules, Dataflow dataflow, std::uint32_t rows,
                            std::uint32_t cols) {
  timing::ArrayShape array;
  array.rules = rules;
  array.dataflow = dataflow;
  array.rows = rows;
  array.cols = cols;
  return array;
}

class ScaleSim : public testing::TestWithParam<Reported> {};

TEST_P(ScaleSim, AlexNetLayerByLayer) {
  const Reported& reported = GetParam();
  const auto array = array_of(timing::FoldRules::kScaleSim, reported.dataflow, reported.side, reported.side);
  for (std::size_t i = 0; i < kAlexNet.size(); ++i) {
    const Shape& layer = kAlexNet[i];
    EXPECT_EQ(timing::gemm_cycles(array, {layer.m, layer.n, layer.k}), reported.cycles[i]) << layer.name;
    EXPECT_EQ(scale_sim(reported.dataflow, reported.side, reported.side, layer.m, layer.n, layer.k),
              reported.cycles[i])
        << layer.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Reported, ScaleSim, testing::ValuesIn(kScaleSim),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Camuy, AlexNetAndResNet50LayerByLayer) {
  const auto array = array_of(timing::FoldRules::kCamuy, Dataflow::kWeightStationary, 32, 32);
  for (std::size_t i = 0; i < kAlexNet.size(); ++i) {
    const Shape& layer = kAlexNet[i];
    EXPECT_EQ(timing::gemm_cycles(array, {layer.m, layer.n, layer.k}), kCamuy[i]) << layer.name;
    EXPECT_EQ(camuy(32, 32, layer.m, layer.n, layer.k), kCamuy[i]) << layer.name;
  }
  EXPECT_EQ(timing::gemm_cycles(array, {kResNet50Conv1.m, kResNet50Conv1.n, kResNet50Conv1.k}),
            kCamuyResNet50Conv1);
}

/// Shapes and arrays of all proportions: some dimensions are multiples of the array's, some are one off.
class RandomShapes {
public:
  std::uint64_t draw(std::uint64_t first, std::uint64_t last) {
    return std::uniform_int_distribution<std::uint64_t>(first, last)(engine_);
  }
  std::uint64_t near_multiple(std::uint64_t of) {
    const std::uint64_t tiles = draw(1, 6) * of;
    return draw(0, 1) == 0 ? draw(2, 6 * of + 2) : tiles + draw(0, 1);
  }

private:
  std::mt19937_64 engine_{20'060'140};
};

TEST(RandomProducts, TakeWhatScaleSimsFormulaSays) {
  RandomShapes random;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t rows = random.draw(2, 300);
    const std::uint64_t cols = random.draw(2, 300);
    const std::uint64_t m = random.near_multiple(rows);
    const std::uint64_t n = random.near_multiple(cols);
    const std::uint64_t k = random.near_multiple(rows);
    for (const Dataflow dataflow :
         {Dataflow::kWeightStationary, Dataflow::kOutputStationary, Dataflow::kInputStationary}) {
      const auto array = array_of(timing::FoldRules::kScaleSim, dataflow, static_cast<std::uint32_t>(rows),
                                  static_cast<std::uint32_t>(cols));
      ASSERT_EQ(timing::gemm_cycles(array, {m, n, k}), scale_sim(dataflow, rows, cols, m, n, k))
          << rows << " x " << cols << ": " << m << ", " << n << ", " << k;
    }
  }
}

// The formula holds from two streamed rows on: so its source says.
TEST(RandomProducts, TakeWhatCamuysFormulaSays) {
  RandomShapes random;
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t rows = random.draw(1, 300);
    const std::uint64_t cols = random.draw(1, 300);
    const std::uint64_t m = random.draw(2, random.draw(0, 1) == 0 ? 40 : 5000);
    const std::uint64_t n = random.near_multiple(cols);
    const std::uint64_t k = random.near_multiple(rows);
    const auto array = array_of(timing::FoldRules::kCamuy, Dataflow::kWeightStationary,
                                static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(cols));
    ASSERT_EQ(timing::gemm_cycles(array, {m, n, k}), camuy(rows, cols, m, n, k))
        << rows << " x " << cols << ": " << m << ", " << n << ", " << k;
  }
}

// What the tools do not overlap, the array's own rules do: they are never slower than SCALE-Sim's, but for
// the results that leave an output-stationary array, which SCALE-Sim has for nothing.
TEST(RandomProducts, OverlapIsNeverSlower) {
  RandomShapes random;
  for (int i = 0; i < 1000; ++i) {
    const std::uint32_t side = static_cast<std::uint32_t>(random.draw(2, 64));
    const timing::GemmShape shape{random.near_multiple(side), random.near_multiple(side),
                                  random.near_multiple(side)};
    for (const Dataflow dataflow : {Dataflow::kWeightStationary, Dataflow::kInputStationary}) {
      const auto own = array_of(timing::FoldRules::kSystole, dataflow, side, side);
      const auto tool = array_of(timing::FoldRules::kScaleSim, dataflow, side, side);
      ASSERT_LE(timing::gemm_cycles(own, shape), timing::gemm_cycles(tool, shape) + 1);
    }
  }
}

}  // namespace
}  // namespace systole::presets
