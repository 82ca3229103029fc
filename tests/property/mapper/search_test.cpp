// The searched tile of single layers beside an exhaustive search: every number of rows, every number of array
// columns, every cut of K and both loop orders, each played through its loops.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <ostream>

#include "models/mapper/legalise/legalise.h"
#include "models/mapper/tiling/tile.h"
#include "tests/support/abstract_machine/network.h"

namespace systole::mapper {
namespace {

/// kernel = 0: a matrix product of size x in_c by in_c x out_c.
struct Layer {
  const char* name;
  std::int64_t size, in_c, out_c, kernel, stride, sram_kib;
  DType type = DType::kInt8;
};

void PrintTo(const Layer& layer, std::ostream* os) { *os << layer.name; }

constexpr std::int64_t kArray = 16;
constexpr std::int64_t kAccumulators = 64 * 1024;

// ---- the oracle: its own geometry, its own loops ----

struct Shape {
  std::int64_t in_h, in_w, in_c, out_h, out_w, n, kernel, stride, pad, bytes;
};

Shape shape_of(const Layer& layer) {
  const auto bytes = static_cast<std::int64_t>(size_of(layer.type));
  if (layer.kernel == 0) return {layer.size, 1, layer.in_c, layer.size, 1, layer.out_c, 1, 1, 0, bytes};
  const std::int64_t pad = layer.kernel / 2;
  const std::int64_t out = (layer.size + 2 * pad - layer.kernel) / layer.stride + 1;
  // One tap meets one position for every result; what lies between need not move.
  if (layer.kernel == 1) return {out, out, layer.in_c, out, out, layer.out_c, 1, 1, 0, bytes};
  return {layer.size, layer.size, layer.in_c, out, out, layer.out_c, layer.kernel, layer.stride, pad, bytes};
}

/// Input rows [first, last) under output rows [y0, y1) and kernel rows [k0, k1).
std::int64_t rows_under(const Shape& s, std::int64_t y0, std::int64_t y1, std::int64_t k0, std::int64_t k1) {
  std::int64_t first = y0 * s.stride - s.pad + k0;
  std::int64_t last = (y1 - 1) * s.stride - s.pad + k1;
  first = std::max<std::int64_t>(0, std::min(first, s.in_h - 1));
  last = std::min(s.in_h, std::max(last, first + 1));
  return last - first;
}

std::int64_t aligned(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

struct Cut {
  std::int64_t rows, columns, channels;
  bool taps, rows_inside;
};

/// Bytes moved, or nullopt if the buffers do not fit.
std::optional<std::int64_t> traffic_of(const Shape& s, const Cut& cut, std::int64_t bias_and_scale,
                                       std::int64_t sram) {
  const std::int64_t taps = cut.taps ? s.kernel * s.kernel : 1;
  const std::int64_t pieces = taps * ((s.in_c + cut.channels - 1) / cut.channels);
  const std::int64_t row_tiles = (s.out_h + cut.rows - 1) / cut.rows;
  const std::int64_t column_tiles = (s.n + cut.columns - 1) / cut.columns;
  if (pieces > 1) {
    const std::int64_t sums = cut.rows * s.out_w * ((cut.columns + kArray - 1) / kArray * kArray);
    if (sums * 4 > kAccumulators) return std::nullopt;
  }
  // The largest of each operand.
  const std::int64_t in_rows = std::min(s.in_h, (cut.rows - 1) * s.stride + (cut.taps ? 1 : s.kernel));
  const std::int64_t a = in_rows * s.in_w * std::min(cut.channels, s.in_c) * s.bytes;
  const std::int64_t k = s.kernel * s.kernel * s.in_c;
  const std::int64_t k_piece = (cut.taps ? 1 : s.kernel * s.kernel) * std::min(cut.channels, s.in_c);
  const std::int64_t b = cut.columns * (k_piece * s.bytes + bias_and_scale);
  const std::int64_t out = std::min(cut.rows, s.out_h) * s.out_w * cut.columns * s.bytes;
  const std::int64_t tiles = row_tiles * column_tiles;
  const bool a_changes = row_tiles > 1 || pieces > 1;
  const bool b_changes = column_tiles > 1 || pieces > 1;
  const std::int64_t staging = aligned(a) * (a_changes ? 2 : 1) + aligned(b) * (b_changes ? 2 : 1) +
                               aligned(out) * (tiles > 1 ? 2 : 1);
  if (staging > sram) return std::nullopt;

  // The loops, forth and back.
  std::int64_t bytes = s.out_h * s.out_w * s.n * s.bytes;
  std::int64_t row_held = -1;
  std::int64_t column_held = -1;
  const std::int64_t inner = cut.rows_inside ? row_tiles : column_tiles;
  for (std::int64_t o = 0; o < tiles / inner; ++o) {
    for (std::int64_t j = 0; j < inner; ++j) {
      const std::int64_t i = o % 2 == 0 ? j : inner - 1 - j;
      const std::int64_t row = (cut.rows_inside ? i : o) * cut.rows;
      const std::int64_t column = (cut.rows_inside ? o : i) * cut.columns;
      const std::int64_t last = std::min(s.out_h, row + cut.rows);
      if (row != row_held || pieces > 1) {
        std::int64_t rows = 0;
        if (cut.taps) {
          // Taps of one kernel row follow one another, with the same input if all channels come at once.
          for (std::int64_t ky = 0; ky < s.kernel; ++ky)
            rows += rows_under(s, row, last, ky, ky + 1) * (cut.channels >= s.in_c ? 1 : s.kernel);
        } else {
          rows = rows_under(s, row, last, 0, s.kernel);
        }
        bytes += rows * s.in_w * s.in_c * s.bytes;
      }
      if (column != column_held || pieces > 1)
        bytes += std::min(cut.columns, s.n - column) * (k * s.bytes + bias_and_scale);
      row_held = row;
      column_held = column;
    }
  }
  return bytes;
}

std::int64_t least_traffic(const Shape& s, bool is_float, std::int64_t bias_and_scale, std::int64_t sram) {
  std::vector<std::pair<bool, std::int64_t>> cuts{{false, s.in_c}};  // taps, channels
  for (std::int64_t c = 1; c <= s.in_c; c += c < kArray ? 1 : kArray) {
    if (s.kernel == 1 || !is_float) cuts.emplace_back(false, c);
    if (s.kernel > 1) cuts.emplace_back(true, c);
  }
  if (s.kernel > 1) cuts.emplace_back(true, s.in_c);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const auto& [taps, channels] : cuts) {
    for (std::int64_t columns = std::min(kArray, s.n);; columns = std::min(s.n, columns + kArray)) {
      for (std::int64_t rows = 1; rows <= s.out_h; ++rows) {
        for (const bool rows_inside : {true, false}) {
          const auto bytes =
              traffic_of(s, {rows, columns, channels, taps, rows_inside}, bias_and_scale, sram);
          if (bytes) least = std::min(least, *bytes);
        }
      }
      if (columns == s.n) break;
    }
  }
  return least;
}

// ---- the mapper ----

void build(const Layer& layer, test::Network& net) {
  if (layer.kernel == 0) {
    const auto x = net.input(layer.type, {layer.size, layer.in_c});
    net.output(net.qmatmul(x, net.constant(layer.type, {layer.in_c, layer.out_c})));
    return;
  }
  ir::ConvAttributes a;
  a.window.kernel = {layer.kernel, layer.kernel};
  a.window.stride = {layer.stride, layer.stride};
  a.window.pad_begin = a.window.pad_end = {layer.kernel / 2, layer.kernel / 2};
  const auto x = net.input(layer.type, {1, layer.in_c, layer.size, layer.size});
  net.output(layer.type == DType::kInt8 ? net.qconv(x, layer.out_c, a) : net.conv(x, layer.out_c, a));
}

/// Bytes of the regions that are loaded and stored, step by step.
std::int64_t moved_bytes(const HwGraph& hw, const std::vector<Step>& steps) {
  std::int64_t bytes = 0;
  std::map<std::uint32_t, Region> held;
  for (const Step& step : steps) {
    for (const Operand& operand : step.operands) {
      const auto at = held.find(operand.slot);
      if (!operand.write && at != held.end() && at->second == operand.region) continue;
      held[operand.slot] = operand.region;
      bytes += staged_bytes(hw, operand);
    }
  }
  return bytes;
}

const Layer kLayers[] = {
    {"resnet_conv1", 224, 3, 64, 7, 2, 512},
    {"resnet_conv1_64k", 224, 3, 64, 7, 2, 64},
    {"resnet_2_1x1a", 56, 64, 64, 1, 1, 512},
    {"resnet_2_3x3", 56, 64, 64, 3, 1, 512},
    {"resnet_2_3x3_128k", 56, 64, 64, 3, 1, 128},
    {"resnet_2_3x3_64k", 56, 64, 64, 3, 1, 64},
    {"resnet_2_3x3_32k", 56, 64, 64, 3, 1, 32},
    {"resnet_2_1x1b", 56, 64, 256, 1, 1, 512},
    {"resnet_2_1x1b_64k", 56, 64, 256, 1, 1, 64},
    {"resnet_3_1x1_s2", 56, 256, 128, 1, 2, 512},
    {"resnet_3_3x3", 28, 128, 128, 3, 1, 512},
    {"resnet_3_3x3_64k", 28, 128, 128, 3, 1, 64},
    {"resnet_4_3x3", 14, 256, 256, 3, 1, 512},
    {"resnet_4_3x3_128k", 14, 256, 256, 3, 1, 128},
    {"resnet_4_3x3_32k", 14, 256, 256, 3, 1, 32},
    {"resnet_4_1x1", 14, 256, 1024, 1, 1, 512},
    {"resnet_4_1x1_128k", 14, 1024, 256, 1, 1, 128},
    {"resnet_4_1x1_32k", 14, 1024, 256, 1, 1, 32},
    {"resnet_5_3x3", 7, 512, 512, 3, 1, 512},
    {"resnet_5_3x3_64k", 7, 512, 512, 3, 1, 64},
    {"resnet_5_1x1", 7, 2048, 512, 1, 1, 512},
    {"resnet_5_1x1_32k", 7, 2048, 512, 1, 1, 32},
    {"vgg_1_2", 224, 64, 64, 3, 1, 512},
    {"vgg_1_2_128k", 224, 64, 64, 3, 1, 128},
    {"vgg_2_2", 112, 128, 128, 3, 1, 256},
    {"vgg_4", 28, 512, 512, 3, 1, 512},
    {"vgg_5", 14, 512, 512, 3, 1, 256},
    {"alexnet_1", 224, 3, 64, 11, 4, 256},
    {"alexnet_2", 27, 64, 192, 5, 1, 128},
    {"alexnet_3", 13, 192, 384, 3, 1, 64},
    {"alexnet_fc6", 1, 9216, 4096, 0, 1, 512},
    {"googlenet_3a_5x5", 28, 16, 32, 5, 1, 32},
    {"googlenet_4a_1x1", 14, 480, 192, 1, 1, 64},
    {"googlenet_5b_3x3", 7, 192, 384, 3, 1, 128},
    {"mobilenet_pw_28", 28, 128, 256, 1, 1, 64},
    {"mobilenet_pw_14", 14, 512, 512, 1, 1, 128},
    {"mobilenet_pw_7", 7, 1024, 1024, 1, 1, 256},
    {"gemm_64", 64, 1024, 1024, 0, 1, 512},
    {"gemm_256", 256, 512, 512, 0, 1, 128},
    {"gemm_256_32k", 256, 512, 512, 0, 1, 32},
    {"gemm_1000", 1000, 1000, 1000, 0, 1, 256},
    {"gemv_fc", 1, 2048, 1000, 0, 1, 64},
    {"float_3x3", 28, 64, 64, 3, 1, 256, DType::kFloat32},
    {"float_3x3_64k", 28, 64, 64, 3, 1, 64, DType::kFloat32},
    {"float_1x1", 28, 128, 128, 1, 1, 64, DType::kFloat32},
    {"float_5x5_32k", 14, 32, 48, 5, 1, 32, DType::kFloat32},
};

class Search : public ::testing::TestWithParam<Layer> {};
INSTANTIATE_TEST_SUITE_P(Layers, Search, ::testing::ValuesIn(kLayers),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Search, MovesAtMostFivePercentMoreThanAnExhaustiveSearch) {
  const Layer& layer = GetParam();
  test::Network net;
  build(layer, net);
  const ir::Graph& graph = net.graph();
  Capability capability = test::capability(layer.type, static_cast<std::uint64_t>(layer.sram_kib) * 1024);
  capability.array.rows = capability.array.cols = kArray;
  capability.array.accumulator_depth = kAccumulators / 4 / kArray;
  Issues issues;
  const auto hw = legalise(graph, capability, issues);
  ASSERT_TRUE(hw.has_value());
  Homes homes;
  homes.in_sram.assign(hw->values.size(), false);
  std::int64_t moved = 0;
  bool found = false;
  for (const HwNode& node : hw->nodes) {
    if (!std::holds_alternative<MatrixOp>(node.op)) continue;
    const auto tile = choose_tile(*hw, node.op, homes, {layer.sram_kib * 1024, true}, capability);
    ASSERT_TRUE(tile.has_value());
    moved = moved_bytes(*hw, make_steps(*hw, node.op, *tile, capability));
    found = true;
    RecordProperty("tile", describe(node.op, *tile));
  }
  ASSERT_TRUE(found);
  const bool is_float = layer.type == DType::kFloat32;
  // Beside the weights a column has a bias and, quantised, a scale; a product has no bias.
  const std::int64_t extra = layer.kernel == 0 ? 4 : is_float ? 4 : 8;
  const std::int64_t least = least_traffic(shape_of(layer), is_float, extra, layer.sram_kib * 1024);
  RecordProperty("moved", std::to_string(moved));
  RecordProperty("least", std::to_string(least));
  EXPECT_GE(moved, least);
  EXPECT_LE(static_cast<double>(moved), 1.05 * static_cast<double>(least)) << least;
}

}  // namespace
}  // namespace systole::mapper
