// The digits network with half of its weights: what is left out is neither moved nor multiplied, and the
// results are those of the reference, which multiplies by the zeros.
//
// Layers that are pruned, as M x K x N: conv2 64 x 144 x 32, conv3 and conv4 16 x 288 x 32, fc1 1 x 128 x 64,
// fc2 1 x 64 x 10. conv1 (64 x 9 x 16) reads an image of one channel and stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "app/run/capability.h"
#include "models/compress/prune.h"
#include "models/onnx/import.h"
#include "tests/soc/support/soc_run.h"

namespace systole::test {
namespace {

constexpr compress::PruneOptions kRows{.columns = 0.5};
constexpr compress::PruneOptions kTwoOfFour{.structured_n = 2, .structured_m = 4};

Mapped pruned(const std::string& name, const compress::PruneOptions& options, const SocConfig& config) {
  Issues issues;
  auto graph = import_onnx(std::string(SYSTOLE_SOURCE_DIR) + "/scenarios/networks/" + name, issues);
  if (!graph) throw std::runtime_error("no network");
  compress::prune(*graph, options);
  mapper::MapReport report;
  auto program =
      mapper::map_network(*graph, app::capability_of(config), {.skip_zeros = options.any()}, issues, &report);
  if (!program) throw std::runtime_error(to_string(issues.list().front()));
  return {std::move(*graph), std::move(*program), std::move(report)};
}

SocConfig two_of_four(std::uint32_t engines = 1) {
  SocConfig config;
  config.matrix.sparsity = {2, 4};
  config.matrix.count = engines;
  return config;
}

soc::RunResult expect_equal(const Mapped& mapped, const SocConfig& config, std::uint32_t inferences) {
  const auto input = digits_images(inferences);
  RunOptions options;
  options.inferences = inferences;
  soc::RunResult result = run_program(mapped.program, config, input, options);
  EXPECT_EQ(result.exit_code, 0U) << result.report << result.console;
  expect_reference(mapped, result, input, inferences);
  return result;
}

/// Compute cycles of all matrix commands.
std::uint64_t array_cycles(const soc::RunResult& result) {
  std::uint64_t cycles = 0;
  for (const Span& span : result.spans.spans()) cycles += span.macs > 0 ? span.compute_cycles : 0;
  return cycles;
}

// 9,216 of conv1, and half of the other 598,656.
constexpr std::uint64_t kMacs = 9'216 + 598'656 / 2;

// Folds of 16 rows (of K) by 16 columns, each max(M, 16) cycles, on the 16 x 16 array:
//            dense         half of K
//   conv2    9 x 2 x 64    5 x 2 x 64 (72 rows: 4.5 folds)
//   conv3    18 x 2 x 16   9 x 2 x 16, conv4 likewise
//   fc1      8 x 4 x 16    4 x 4 x 16
//   fc2      4 x 1 x 16    2 x 1 x 16
// The first load and the last drain of a command are the same in both.
constexpr std::uint64_t kSaved = (9 - 5) * 2 * 64 + 2 * (18 - 9) * 2 * 16 + (8 - 4) * 4 * 16 + (4 - 2) * 16;
// The whole of the dense network: rows to load, folds, of which the last takes M cycles, and the drain of
// rows + n - 2 cycles, which counts with the command's computation.
std::uint64_t command(std::uint64_t m, std::uint64_t folds, std::uint64_t n_last) {
  return 16 + (folds - 1) * std::max<std::uint64_t>(m, 16) + m + (16 + n_last - 2);
}
std::uint64_t dense_cycles() {
  return command(64, 1, 16) + command(64, 9 * 2, 16) + 2 * command(16, 18 * 2, 16) + command(1, 8 * 4, 16) +
         command(1, 4, 10);
}

TEST(Pruned, DenseDigitsForComparison) {
  const SocConfig config;
  const Mapped mapped = pruned("digits.onnx", {}, config);
  const soc::RunResult result = expect_equal(mapped, config, 1);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 607'872U);
  EXPECT_EQ(array_cycles(result), dense_cycles());
}

TEST(Pruned, HalfOfTheRowsOfDigits) {
  const SocConfig config;
  const Mapped dense = pruned("digits.onnx", {}, config);
  const Mapped mapped = pruned("digits.onnx", kRows, config);
  // Half of 31,872 weights go; a table has 4 bytes for each of 72 + 144 + 144 + 64 + 32 rows.
  EXPECT_EQ(dense.report.compulsory_dram_bytes - mapped.report.compulsory_dram_bytes,
            31'872U / 2 - 4 * (72 + 144 + 144 + 64 + 32));
  const soc::RunResult result = expect_equal(mapped, config, 8);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 8 * kMacs);
  // The five tables take a phase of one cycle each.
  EXPECT_EQ(array_cycles(result), 8 * (dense_cycles() - kSaved + 5));
}

TEST(Pruned, TwoOfFourWeightsOfDigits) {
  const SocConfig config = two_of_four();
  const Mapped dense = pruned("digits.onnx", {}, config);
  const Mapped mapped = pruned("digits.onnx", kTwoOfFour, config);
  // Half of the weights go; two bits for each that stays: 4 bytes for a row of 16 columns, 3 for one of 10.
  constexpr std::uint64_t kIndices = (72 * 2 + 2 * 144 * 2 + 64 * 4) * 4 + 32 * 3;
  EXPECT_EQ(dense.report.compulsory_dram_bytes - mapped.report.compulsory_dram_bytes, 31'872U / 2 - kIndices);
  const soc::RunResult result = expect_equal(mapped, config, 8);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 8 * kMacs);
  EXPECT_EQ(array_cycles(result), 8 * (dense_cycles() - kSaved));
}

TEST(Pruned, BothAtOnce) {
  const SocConfig config = two_of_four();
  const Mapped mapped = pruned("digits.onnx", {.columns = 0.5, .structured_n = 2, .structured_m = 4}, config);
  const soc::RunResult result = expect_equal(mapped, config, 4);
  // A quarter of 598,656, all rows being multiples of 4.
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 4 * (9'216U + 598'656 / 4));
}

// But for one row of fc2, which is left without a weight in all of its ten columns.
TEST(Pruned, WithoutTheMultiplexersZerosAreMultiplied) {
  const SocConfig config;
  const Mapped mapped = pruned("digits.onnx", kTwoOfFour, config);
  const soc::RunResult result = expect_equal(mapped, config, 1);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 607'872U - 10U);
}

TEST(Pruned, TwoArraysShareThePrunedLayers) {
  const SocConfig config = two_of_four(2);
  const Mapped mapped = pruned("digits.onnx", kTwoOfFour, config);
  const soc::RunResult result = expect_equal(mapped, config, 4);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 4 * kMacs);
}

TEST(Pruned, FourArraysShareTheRowsThatStay) {
  SocConfig config;
  config.matrix.count = 4;
  const Mapped mapped = pruned("digits.onnx", kRows, config);
  const soc::RunResult result = expect_equal(mapped, config, 4);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 4 * kMacs);
}

TEST(Pruned, FloatsEqualTheReferenceBitForBit) {
  SocConfig config = two_of_four();
  config.matrix.format = config.matrix.weight_format = NumberFormat::kFloat32;
  const Mapped mapped =
      pruned("digits-float.onnx", {.columns = 0.5, .structured_n = 2, .structured_m = 4}, config);
  const soc::RunResult result = expect_equal(mapped, config, 4);
  EXPECT_EQ(result.ledger.total("matrix.mac.fp32"), 4 * (9'216U + 598'656 / 4));
}

TEST(Pruned, ASmallScratchpadCutsTheRowsThatStay) {
  SocConfig config;
  config.sram.size = Bytes(8 * 1024);
  const Mapped mapped = pruned("digits.onnx", kRows, config);
  const soc::RunResult result = expect_equal(mapped, config, 2);
  EXPECT_EQ(result.ledger.total("matrix.mac.int8"), 2 * kMacs);
}

TEST(Pruned, WithoutDataTwoOfFourTakesTheSameCycles) {
  const SocConfig config = two_of_four();
  const Mapped mapped = pruned("digits.onnx", kTwoOfFour, config);
  RunOptions options;
  options.inferences = 2;
  const Figures functional = run_in_child(mapped.program, config, digits_images(2), options);
  options.functional = false;
  EXPECT_EQ(run_in_child(mapped.program, config, digits_images(2), options), functional);
}

}  // namespace
}  // namespace systole::test
