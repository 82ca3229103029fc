// The digits network on the whole SoC: real ELF, real graph, real images.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <tuple>

#include "tests/soc/support/soc_run.h"

namespace systole::test {
namespace {

constexpr std::uint32_t kAll = 360;  // the whole held-out set

TEST(Digits, EveryOutputOfEveryDigitEqualsTheReference) {
  const SocConfig config;
  const Mapped mapped = map_network_file("digits.onnx", config);
  const auto input = digits_images(kAll);
  RunOptions options;
  options.inferences = kAll;
  options.class_output = output_index(mapped.program, "class");
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  ASSERT_EQ(result.outcome, soc::Outcome::kExited) << result.report;
  ASSERT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, kAll);

  // 357 of 360: what the training script's own integer interpreter counted (scenarios/networks/digits.md).
  const auto labels = digits_labels(kAll);
  std::uint32_t correct = 0;
  for (std::uint32_t n = 0; n < kAll; ++n) {
    std::int64_t found = -1;
    std::memcpy(&found, result.outputs[options.class_output].data() + n * sizeof found, sizeof found);
    correct += found == labels[n] ? 1U : 0U;
  }
  EXPECT_EQ(correct, 357U);
  // 607,872 MACs an image (digits.md), all of them on the array.
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 607'872ULL * kAll);
}

TEST(Digits, FirmwarePrintsTheClassOfEachInference) {
  const SocConfig config;
  const Mapped mapped = map_network_file("digits.onnx", config);
  const auto input = digits_images(3);
  RunOptions options;
  options.inferences = 3;
  options.class_output = output_index(mapped.program, "probabilities");
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  const auto labels = digits_labels(3);
  for (std::uint32_t n = 0; n < 3; ++n) {
    EXPECT_THAT(result.console, ::testing::HasSubstr("inference " + std::to_string(n) + ": class " +
                                                     std::to_string(labels[n]) + ","));
  }
}

// With accumulators that are cut short, so that sums spill and streams are cut into chunks.
class DigitsDataflow : public ::testing::TestWithParam<std::tuple<NumberFormat, Dataflow>> {};

TEST_P(DigitsDataflow, EqualsTheReferenceBitForBit) {
  const auto [format, dataflow] = GetParam();
  SocConfig config;
  config.matrix.format = config.matrix.weight_format = format;
  config.matrix.dataflow = dataflow;
  config.matrix.accumulators = Bytes(1024);
  config.matrix.spill = Bytes(dataflow == Dataflow::kInputStationary ? 0 : 1024);
  const Mapped mapped =
      map_network_file(format == NumberFormat::kInt8 ? "digits.onnx" : "digits-float.onnx", config);
  const auto input = digits_images(2);
  RunOptions options;
  options.inferences = 2;
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  ASSERT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, 2);
}
INSTANTIATE_TEST_SUITE_P(Formats, DigitsDataflow,
                         ::testing::Combine(::testing::Values(NumberFormat::kInt8, NumberFormat::kFloat32),
                                            ::testing::Values(Dataflow::kWeightStationary,
                                                              Dataflow::kOutputStationary,
                                                              Dataflow::kInputStationary)));

TEST(Digits, OnADotProductUnitEqualTheReferenceBitForBit) {
  SocConfig config;
  config.matrix.organisation = MatrixOrganisation::kDotProduct;
  config.matrix.rows = config.matrix.cols = config.matrix.depth = 4;
  const Mapped mapped = map_network_file("digits.onnx", config);
  const auto input = digits_images(2);
  RunOptions options;
  options.inferences = 2;
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  ASSERT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, 2);
}

TEST(Digits, FloatNetworkEqualsTheReferenceBitForBit) {
  SocConfig config;
  config.matrix.format = NumberFormat::kFloat32;
  const Mapped mapped = map_network_file("digits-float.onnx", config);
  const auto input = digits_images(8);
  RunOptions options;
  options.inferences = 8;
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  ASSERT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, 8);
}

TEST(Digits, ProtocolHoldsBetweenEngineAndBus) {
  const SocConfig config;
  const Mapped mapped = map_network_file("digits.onnx", config);
  const auto input = digits_images(1);
  RunOptions options;
  options.check_protocol = true;
  const soc::RunResult result = run_program(mapped.program, config, input, options);
  ASSERT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, 1);
}

}  // namespace
}  // namespace systole::test
