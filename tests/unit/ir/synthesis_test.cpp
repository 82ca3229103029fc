#include "models/ir/synthesis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "models/ir/graph.h"
#include "models/ir/tensor.h"

namespace systole::ir {
namespace {

std::vector<float> floats(const TensorData& data, std::int64_t first, std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  data.fill(first, count, 4, reinterpret_cast<std::byte*>(values.data()));
  return values;
}

NormalSpec spec(std::int64_t elements) { return {DType::kFloat32, elements, "layer1.weight", 1, 0.5, 1}; }

TEST(Synthesis, AnySpanComesOutAsInTheWhole) {
  const TensorData data = normal_data(spec(1001));
  ASSERT_TRUE(data.known());
  EXPECT_EQ(data.size(), 4004U);
  const std::vector<float> all = floats(data, 0, 1001);
  for (std::int64_t first = 0; first < 9; ++first) {
    for (std::int64_t count = 1; count < 11; ++count) {
      const std::vector<float> part = floats(data, first, count);
      EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + first)) << first << " " << count;
    }
  }
  EXPECT_EQ(floats(data, 997, 4), std::vector<float>(all.begin() + 997, all.end()));
  const auto* kept = reinterpret_cast<const std::byte*>(all.data());
  EXPECT_TRUE(std::equal(kept, kept + 4004, data->data()));  // made and kept: the same bytes
}

TEST(Synthesis, DependsOnSeedAndNameAndNothingElse) {
  const std::vector<float> values = floats(normal_data(spec(64)), 0, 64);
  EXPECT_EQ(floats(normal_data(spec(1 << 20)), 0, 64), values);
  NormalSpec other_seed = spec(64);
  other_seed.seed = 2;
  EXPECT_NE(floats(normal_data(other_seed), 0, 64), values);
  NormalSpec other_name = spec(64);
  other_name.name = "layer2.weight";
  EXPECT_NE(floats(normal_data(other_name), 0, 64), values);
}

TEST(Synthesis, IsNormal) {
  constexpr std::int64_t kCount = 1 << 20;
  const std::vector<float> values = floats(normal_data(spec(kCount)), 0, kCount);
  double sum = 0;
  double squares = 0;
  std::int64_t below_one_sigma = 0;
  double neighbours = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    squares += static_cast<double>(values[i]) * values[i];
    below_one_sigma += values[i] < -0.5F ? 1 : 0;
    if (i > 0) neighbours += static_cast<double>(values[i]) * values[i - 1];
  }
  // Standard errors at 2^20 draws: mean 0.5 / 1024 = 0.0005, deviation 0.5 / 1448 = 0.00035, P(x < -sigma) =
  // 0.15866 with 0.00036, correlation 1 / 1024. Five of them are allowed. The quantiles' steps cost the
  // deviation 0.0003.
  EXPECT_NEAR(sum / kCount, 0, 0.0025);
  EXPECT_NEAR(std::sqrt(squares / kCount), 0.5, 0.0021);
  EXPECT_NEAR(static_cast<double>(below_one_sigma) / kCount, 0.15866, 0.0018);
  EXPECT_NEAR(neighbours / squares, 0, 0.005);
}

TEST(Synthesis, QuantilesInvertTheDistribution) {
  // The largest of 4096 quantiles is F^-1(1 - 1/8192) = 3.6683 (from tables: F(3.6683) = 0.999878).
  const TensorData data = normal_data({DType::kFloat32, 1, "w", 1, 1, 1});
  const double largest = data.source()->max_abs();
  EXPECT_NEAR(largest, 3.6683, 0.0005);
  EXPECT_NEAR(0.5 * std::erfc(largest / std::sqrt(2.0)), 1.0 / 8192, 1e-9);
}

TEST(Synthesis, MaxAbsBoundsEveryElementClosely) {
  const TensorData data = normal_data(spec(1 << 16));
  const std::vector<float> values = floats(data, 0, 1 << 16);
  float most = 0;
  for (const float value : values) most = std::max(most, std::abs(value));
  EXPECT_LE(most, data.source()->max_abs());
  // 16 draws are expected to hit one of the two outermost levels in 2^16 / 4096 / 2 of the cases each.
  EXPECT_GT(most, 0.99 * data.source()->max_abs());
}

TEST(Synthesis, DensityIsTheShareOfElementsThatAreNotZero) {
  NormalSpec sparse = spec(1 << 18);
  sparse.density = 0.09;
  const std::vector<float> values = floats(normal_data(sparse), 0, 1 << 18);
  const auto zeros = std::count(values.begin(), values.end(), 0.0F);
  // Deviation of the share: sqrt(0.09 * 0.91 / 2^18) = 0.00056.
  EXPECT_NEAR(1 - static_cast<double>(zeros) / (1 << 18), 0.09, 0.0028);
  // What is kept is what the dense tensor has there.
  const std::vector<float> dense = floats(normal_data(spec(1 << 18)), 0, 1 << 18);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) {
      ASSERT_EQ(values[i], dense[i]);
    }
  }
  sparse.density = 0;
  EXPECT_EQ(normal_data(sparse).source()->max_abs(), 0);
}

TEST(Synthesis, BytesTakeTheirWholeRange) {
  const TensorData signed_data = normal_data({DType::kInt8, 1 << 16, "w", 1, 1, 1});
  const TensorData unsigned_data = normal_data({DType::kUInt8, 1 << 16, "w", 1, 1, 1});
  ASSERT_EQ(signed_data.size(), 1U << 16);
  const auto* low = reinterpret_cast<const std::int8_t*>(signed_data->data());
  const auto* high = reinterpret_cast<const std::uint8_t*>(unsigned_data->data());
  EXPECT_EQ(*std::min_element(low, low + (1 << 16)), -127);
  EXPECT_EQ(*std::max_element(low, low + (1 << 16)), 127);
  for (int i = 0; i < (1 << 16); ++i) ASSERT_EQ(high[i], low[i] + 128);
  EXPECT_EQ(signed_data.source()->max_abs(), 127);
}

TEST(Synthesis, QuantisesWithoutTheFloats) {
  NormalSpec sparse = spec(4099);
  sparse.density = 0.5;
  const TensorData data = normal_data(sparse);
  const auto scale = static_cast<float>(data.source()->max_abs() / 100);
  const auto bytes = data.source()->quantised(scale);
  ASSERT_NE(bytes, nullptr);
  const TensorData quantised(bytes);
  const std::vector<float> values = floats(data, 0, 4099);
  const auto* q = reinterpret_cast<const std::int8_t*>(quantised->data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(q[i], static_cast<int>(std::nearbyint(values[i] / scale))) << i;
  }
  EXPECT_EQ(bytes->quantised(1), nullptr);
}

TEST(Synthesis, ConstantsFillTheirType) {
  const TensorData ones = constant_data(DType::kFloat32, 5, 1);
  EXPECT_EQ(floats(ones, 2, 3), (std::vector<float>{1, 1, 1}));
  const TensorData ints = constant_data(DType::kInt32, 2, -7);
  EXPECT_EQ(reinterpret_cast<const std::int32_t*>(ints->data())[1], -7);
  EXPECT_EQ(ints.source()->max_abs(), 7);
}

TEST(Synthesis, HeDeviation) {
  EXPECT_DOUBLE_EQ(he_deviation(2), 1);
  EXPECT_DOUBLE_EQ(he_deviation(9 * 64), std::sqrt(2.0 / 576));
}

TEST(TensorData, BytesAreMadeForTheCallerUntilTheyAreKept) {
  const TensorData data = normal_data(spec(16));
  const auto first = data.bytes();
  const auto second = data.bytes();
  EXPECT_NE(first, second);
  EXPECT_EQ(*first, *second);
  const std::byte* kept = data->data();
  EXPECT_EQ(data.bytes()->data(), kept);  // kept now
  const TensorData same(data);  // NOLINT(performance-unnecessary-copy-initialization): the copy is the test
  EXPECT_EQ(same->data(), kept);
}

TEST(TensorData, StandsForAPointer) {
  TensorData data;
  EXPECT_TRUE(data == nullptr);
  EXPECT_FALSE(data);
  data = make_data(std::vector<std::int32_t>{1, 2});
  EXPECT_TRUE(data != nullptr);
  EXPECT_EQ(data.size(), 8U);
  EXPECT_EQ(data.source(), nullptr);
  std::int32_t second = 0;
  data.fill(1, 1, 4, reinterpret_cast<std::byte*>(&second));
  EXPECT_EQ(second, 2);
  Graph graph;
  const TensorId id = graph.add_tensor({"w", DType::kFloat32, {16}, normal_data(spec(16))});
  EXPECT_TRUE(graph.tensor(id).is_constant());
}

}  // namespace
}  // namespace systole::ir
