// Convolutions and matrix products, mapped and executed.
#include <gmock/gmock.h>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::capability;
using test::expect_right_in_all_modes;
using test::Network;

ir::ConvAttributes square(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                          std::int64_t groups = 1) {
  ir::ConvAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.pad_begin = a.window.pad_end = {pad, pad};
  a.groups = groups;
  return a;
}

struct ConvCase {
  const char* name;
  ir::Shape input;
  std::int64_t channels;
  ir::ConvAttributes attributes;
  std::uint64_t sram;
};

ir::ConvAttributes uneven() {
  ir::ConvAttributes a;
  a.window.kernel = {3, 2};
  a.window.stride = {2, 1};
  a.window.dilation = {1, 2};
  a.window.pad_begin = {2, 0};
  a.window.pad_end = {1, 3};
  return a;
}
ir::ConvAttributes line() {
  ir::ConvAttributes a;
  a.window.kernel = {1, 5};
  a.window.stride = {1, 2};
  a.window.pad_begin = a.window.pad_end = {0, 2};
  return a;
}

const ConvCase kConvs[] = {
    {"one_by_one", {1, 8, 6, 6}, 10, square(1, 1, 0), 16384},
    {"three_by_three", {1, 5, 9, 7}, 6, square(3, 1, 1), 16384},
    {"five_by_five", {1, 3, 11, 11}, 7, square(5, 2, 2), 16384},
    {"batch", {3, 4, 5, 5}, 5, square(3, 1, 1), 16384},
    {"uneven_window", {1, 3, 8, 9}, 5, uneven(), 16384},
    {"groups", {1, 8, 6, 6}, 12, square(3, 1, 1, 4), 16384},
    {"depthwise", {1, 6, 7, 7}, 6, square(3, 2, 1, 6), 16384},
    {"one_dimension", {2, 4, 20}, 6, line(), 16384},
    {"tiled_rows", {1, 8, 16, 16}, 8, square(3, 1, 1), 2048},
    {"tiled_channels", {1, 16, 4, 4}, 64, square(3, 1, 1), 3072},
    {"tiled_k", {1, 64, 3, 3}, 8, square(3, 1, 1), 1024},
    {"tiled_everything", {1, 32, 8, 8}, 40, square(3, 1, 1), 1536},
    {"tiled_groups", {1, 16, 10, 10}, 16, square(3, 1, 1, 8), 1536},
    {"tiled_one_dimension", {1, 8, 200}, 8, line(), 1024},
};

class Conv : public ::testing::TestWithParam<ConvCase> {};
INSTANTIATE_TEST_SUITE_P(Shapes, Conv, ::testing::ValuesIn(kConvs),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Conv, Int8) {
  Network net;
  net.output(
      net.qconv(net.input(DType::kInt8, GetParam().input), GetParam().channels, GetParam().attributes));
  expect_right_in_all_modes(net.graph(), capability(DType::kInt8, GetParam().sram));
}

TEST_P(Conv, UInt8WithRelu) {
  Network net;
  net.output(net.relu(net.qconv(net.input(DType::kUInt8, GetParam().input), GetParam().channels,
                                GetParam().attributes, false)));
  expect_right_in_all_modes(net.graph(), capability(DType::kInt8, GetParam().sram));
}

TEST_P(Conv, FloatWithRelu) {
  Network net;
  net.output(net.relu(
      net.conv(net.input(DType::kFloat32, GetParam().input), GetParam().channels, GetParam().attributes)));
  expect_right_in_all_modes(net.graph(), capability(DType::kFloat32, GetParam().sram * 4));
}

TEST_P(Conv, ComputedWeights) {
  const ConvCase& c = GetParam();
  Network net;
  const auto x = net.input(DType::kFloat32, c.input);
  const auto& w = c.attributes.window;
  ir::Shape weights{c.channels, c.input[1] / c.attributes.groups, w.kernel[0], w.kernel[1]};
  if (c.input.size() == 3) weights.erase(weights.begin() + 2);
  const auto b = net.input(DType::kFloat32, weights);
  const auto bias = net.input(DType::kFloat32, {c.channels});
  const auto shape = net.info(net.conv(x, c.channels, c.attributes)).shape;  // also a second convolution
  net.output(net.node(ir::OpKind::kConv, c.attributes, {x, b, bias}, DType::kFloat32, shape));
  net.output(net.graph().node(0).outputs[0]);
  expect_right_in_all_modes(net.graph(), capability(DType::kFloat32, c.sram * 4), 1);
}

/// Elements that an inference loads for a 1 x 1 convolution of stride 2.
std::uint64_t elements_read(std::int64_t channels) {
  Network net;
  const auto y = net.qconv(net.input(DType::kInt8, {1, channels, 9, 8}), 8, square(1, 2, 0));
  net.output(y);
  EXPECT_EQ(net.info(y).shape, (ir::Shape{1, 8, 5, 4}));
  expect_right_in_all_modes(net.graph(), capability());
  std::uint64_t elements = 0;
  for (const sgb_descriptor& d : test::map_or_fail(net.graph(), capability()).exec) {
    if (d.opcode != SGB_OP_DMA || d.u.dma.stream != SGB_STREAM_INPUT) continue;
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < d.u.dma.rank; ++i) count *= d.u.dma.dim[i].extent;
    elements += count;
  }
  return elements;
}

TEST(Convolution, OfOneTapReadsOnlyWhatItMeets) {
  EXPECT_EQ(elements_read(64), 64U * 5 * 4);  // every second row and pixel
  EXPECT_EQ(elements_read(8), 8U * 5 * 8);    // whole lines: a pixel of 8 bytes makes no burst
}

}  // namespace
}  // namespace systole
