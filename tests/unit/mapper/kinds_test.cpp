// Functions, normalisations, arithmetic with broadcasting and the 8-bit forms: mapped programs against the
// reference executor, in scratchpads from roomy to tight.
#include <gtest/gtest.h>

#include "tests/support/abstract_machine/network.h"

namespace systole::test {
namespace {

using ir::OpKind;
constexpr DType kFloat = DType::kFloat32;

/// Odd shapes of every rank, channels that need several tiles among them.
const std::vector<ir::Shape> kShapes{{7},          {3, 5},         {2, 5, 7},       {1, 6, 4, 5},
                                     {2, 1, 1, 9}, {1, 300, 1, 2}, {2, 3, 2, 3, 2}, {1, 2, 1, 3, 2, 2}};

void expect_in_every_memory(Network& net, DType format = kFloat) {
  for (const std::uint64_t bytes : {16 * 1024ULL, 4 * 1024ULL}) {
    SCOPED_TRACE(std::to_string(bytes) + " bytes of SRAM");
    expect_right_in_all_modes(net.graph(), capability(format, bytes), 1);
    if (testing::Test::HasFatalFailure()) return;
  }
}

class Kinds : public testing::TestWithParam<ir::Shape> {};

TEST_P(Kinds, FunctionsOfFloats) {
  Network net;
  const auto x = net.input(kFloat, GetParam());
  const ir::ActivationAttributes line{0.2F, 0.5F};
  for (const OpKind op : {OpKind::kSigmoid, OpKind::kTanh, OpKind::kHardSwish}) {
    net.output(net.node(op, {}, {x}, kFloat, GetParam()));
  }
  for (const OpKind op : {OpKind::kLeakyRelu, OpKind::kHardSigmoid}) {
    net.output(net.node(op, line, {x}, kFloat, GetParam()));
  }
  expect_in_every_memory(net);
}

TEST_P(Kinds, FunctionsOfBytesAreTables) {
  for (const DType type : {DType::kInt8, DType::kUInt8}) {
    Network net;
    const auto x = net.input(type, GetParam());
    const std::vector<ir::TensorId> inputs{x, net.scalar(0.05F), net.zero(type, 7), net.scalar(0.01F),
                                           net.zero(type, 3)};
    net.output(net.node(OpKind::kQLinearSigmoid, {}, inputs, type, GetParam()));
    net.output(
        net.node(OpKind::kQLinearLeakyRelu, ir::ActivationAttributes{0.1F, 0.0F}, inputs, type, GetParam()));
    expect_in_every_memory(net, DType::kInt8);
  }
}

TEST_P(Kinds, NormalisationWithARelu) {
  const ir::Shape& shape = GetParam();
  if (shape.size() < 2) return;
  Network net;
  const auto x = net.input(kFloat, shape);
  const ir::Shape row{shape[1]};
  const std::vector<float> variance(static_cast<std::size_t>(shape[1]), 1.7F);
  const auto y = net.node(OpKind::kBatchNormalization, ir::NormAttributes{1e-3F},
                          {x, net.constant(kFloat, row), net.constant(kFloat, row), net.constant(kFloat, row),
                           net.floats(variance)},
                          kFloat, shape);
  net.output(net.relu(y));
  expect_in_every_memory(net);
}

TEST_P(Kinds, LrnAndMeans) {
  const ir::Shape& shape = GetParam();
  Network net;
  const auto x = net.input(kFloat, shape);
  if (shape.size() > 1)
    net.output(net.node(OpKind::kLRN, ir::LrnAttributes{3, 0.001F, 0.75F, 1.0F}, {x}, kFloat, shape));
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(shape.size()); ++axis) {
    ir::Shape kept = shape;
    kept[static_cast<std::size_t>(axis)] = 1;
    net.output(net.node(OpKind::kReduceMean, ir::ReduceAttributes{{axis}, true}, {x}, kFloat, kept));
  }
  expect_in_every_memory(net);
}

TEST_P(Kinds, ArithmeticWithBroadcasting) {
  const ir::Shape& shape = GetParam();
  Network net;
  const auto x = net.input(kFloat, shape);
  ir::Shape first(shape);
  first[0] = 1;
  ir::Shape last(shape.size(), 1);
  last.back() = shape.back();
  for (const ir::Shape& other : {shape, first, last, ir::Shape{}, ir::Shape{shape.back()}}) {
    const auto b = net.input(kFloat, other);
    for (const OpKind op : {OpKind::kMul, OpKind::kSub, OpKind::kDiv}) {
      net.output(net.node(op, {}, {x, b}, kFloat, shape));
      net.output(net.node(op, {}, {b, x}, kFloat, shape));
    }
  }
  expect_right(net.graph(), capability(kFloat), {}, 1);
  expect_right(net.graph(), capability(kFloat, 4 * 1024), {}, 1);
}

TEST_P(Kinds, QuantisedConcatWithOwnScales) {
  const ir::Shape& shape = GetParam();
  constexpr DType kType = DType::kUInt8;
  Network net;
  const auto a = net.input(kType, shape);
  const auto b = net.input(kType, shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    ir::Shape both = shape;
    both[axis] *= 2;
    ir::AxisAttributes attributes;
    attributes.axis = static_cast<std::int64_t>(axis);
    net.output(net.node(OpKind::kQLinearConcat, attributes,
                        {net.scalar(0.1F), net.zero(kType, 5), a, net.scalar(0.1F), net.zero(kType, 5), b,
                         net.scalar(0.07F), net.zero(kType, 120)},
                        kType, both));
  }
  expect_in_every_memory(net, DType::kInt8);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Kinds, testing::ValuesIn(kShapes));

TEST(KindsOnce, QuantisedAverages) {
  for (const DType type : {DType::kInt8, DType::kUInt8}) {
    Network net;
    const auto x = net.input(type, {2, 5, 6, 7});
    const std::vector<ir::TensorId> inputs{x, net.scalar(0.05F), net.zero(type, 7), net.scalar(0.04F),
                                           net.zero(type, 3)};
    ir::PoolAttributes pool;
    pool.window.kernel = {3, 3};
    pool.window.stride = {2, 2};
    pool.window.pad_begin = pool.window.pad_end = {1, 1};
    net.output(net.node(OpKind::kQLinearAveragePool, pool, inputs, type, {2, 5, 3, 4}));
    pool.window = {};
    pool.window.kernel = {6, 7};
    net.output(net.node(OpKind::kQLinearGlobalAveragePool, pool, inputs, type, {2, 5, 1, 1}));
    expect_in_every_memory(net, DType::kInt8);
  }
}

TEST(KindsOnce, ProductsOfIntegersKeepTheirSums) {
  Network net;
  const auto x = net.input(DType::kUInt8, {1, 5, 6, 6});
  ir::ConvAttributes conv;
  conv.window.kernel = {3, 3};
  conv.window.pad_begin = conv.window.pad_end = {1, 1};
  net.output(net.node(
      OpKind::kConvInteger, conv,
      {x, net.constant(DType::kInt8, {7, 5, 3, 3}), net.zero(DType::kUInt8, 9), net.zero(DType::kInt8, 1)},
      DType::kInt32, {1, 7, 6, 6}));
  const auto a = net.input(DType::kInt8, {9, 40});
  net.output(net.node(OpKind::kMatMulInteger, {},
                      {a, net.constant(DType::kInt8, {40, 11}), net.zero(DType::kInt8, 2)}, DType::kInt32,
                      {9, 11}));
  expect_in_every_memory(net, DType::kInt8);
}

// A scratchpad that does not hold three lines of 400 floats: the lines are cut.
TEST(KindsOnce, PoolingCutsLines) {
  for (const OpKind op : {OpKind::kMaxPool, OpKind::kAveragePool}) {
    for (const bool include_pad : {false, true}) {
      if (op == OpKind::kMaxPool && include_pad) continue;
      Network net;
      ir::PoolAttributes pool;
      pool.window.kernel = {3, 5};
      pool.window.stride = {1, 3};
      pool.window.pad_begin = {1, 2};
      pool.window.pad_end = {1, 2};
      pool.count_include_pad = include_pad;
      net.output(net.pool(op, net.input(kFloat, {1, 1, 4, 400}), pool));
      expect_right_in_all_modes(net.graph(), capability(kFloat, 2048), 1);
    }
  }
}

// Stride 4 and dilation 2: every window starts at an even (with padding 1: odd) row.
TEST(KindsOnce, DilatedPoolingReadsASlice) {
  for (const std::int64_t pad : {0, 1, 3}) {
    Network net;
    ir::PoolAttributes pool;
    pool.window.kernel = {3, 3};
    pool.window.stride = {4, 2};
    pool.window.dilation = {2, 2};
    pool.window.pad_begin = pool.window.pad_end = {pad, pad};
    net.output(net.pool(OpKind::kMaxPool, net.input(kFloat, {2, 3, 19, 12}), pool));
    expect_in_every_memory(net);
  }
}

}  // namespace
}  // namespace systole::test
