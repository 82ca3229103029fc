// Element-wise, pooling, axis and shape operators, mapped and executed.
#include <gmock/gmock.h>

#include "tests/support/abstract_machine/network.h"

namespace systole {
namespace {

using test::capability;
using test::expect_right_in_all_modes;
using test::Network;

constexpr DType kInt8 = DType::kInt8;
constexpr DType kUInt8 = DType::kUInt8;
constexpr DType kFloat = DType::kFloat32;
constexpr std::uint64_t kTiny = 512;

void expect_everywhere(Network& net, DType format = kFloat) {
  expect_right_in_all_modes(net.graph(), capability(format));
  expect_right_in_all_modes(net.graph(), capability(format, kTiny));
}

ir::PoolAttributes window(std::int64_t kernel, std::int64_t stride, std::int64_t pad,
                          std::int64_t dilation = 1) {
  ir::PoolAttributes a;
  a.window.kernel = {kernel, kernel};
  a.window.stride = {stride, stride};
  a.window.dilation = {dilation, dilation};
  a.window.pad_begin = a.window.pad_end = {pad, pad};
  return a;
}

// ---- element-wise ----

struct AddCase {
  const char* name;
  ir::Shape a, b;
};
const AddCase kAdds[] = {
    {"same", {2, 3, 4, 5}, {2, 3, 4, 5}},
    {"vector", {7}, {7}},
    {"rows", {6, 9}, {9}},
    {"columns", {6, 9}, {6, 1}},
    {"scalar", {6, 9}, {}},
    {"channels", {2, 3, 4, 5}, {1, 3, 1, 1}},
    {"channels_rank_3", {2, 3, 4, 5}, {3, 1, 1}},
    {"last_dimension", {2, 3, 4, 5}, {5}},
    {"image", {2, 3, 4, 5}, {3, 4, 5}},
    {"swapped", {9}, {6, 9}},
    {"both_ways", {6, 1}, {1, 9}},
    {"both_ways_rank_4", {1, 3, 4, 1}, {2, 1, 1, 5}},
    {"batch_only", {2, 3, 4, 5}, {2, 1, 1, 1}},
    {"rank_5", {2, 1, 3, 2, 4}, {3, 1, 4}},
};
class Add : public ::testing::TestWithParam<AddCase> {};
INSTANTIATE_TEST_SUITE_P(Broadcasting, Add, ::testing::ValuesIn(kAdds),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST_P(Add, OfInputs) {
  Network net;
  const auto a = net.input(kFloat, GetParam().a);
  net.output(net.add(a, net.input(kFloat, GetParam().b)));
  expect_everywhere(net);
}
TEST_P(Add, OfComputedValues) {
  Network net;
  const auto a = net.relu(net.input(kFloat, GetParam().a));
  net.output(net.relu(net.add(a, net.relu(net.input(kFloat, GetParam().b)))));
  expect_everywhere(net);
}
TEST_P(Add, OfAConstant) {
  Network net;
  net.output(net.add(net.constant(kFloat, GetParam().a), net.input(kFloat, GetParam().b)));
  net.output(net.add(net.input(kFloat, GetParam().a), net.constant(kFloat, GetParam().b)));
  expect_everywhere(net);
}

TEST(QLinearAdd, WithRelu) {
  for (const DType type : {kInt8, kUInt8}) {
    Network net;
    const auto a = net.input(type, {1, 6, 5, 4});
    net.output(net.relu(net.qadd(a, net.input(type, {1, 6, 5, 4}))));
    expect_everywhere(net, kInt8);
  }
}

TEST(Clip, OfEveryTypeAndChainsBecomeOne) {
  Network net;
  const auto clip = [&](ir::TensorId x, ir::TensorId low, ir::TensorId high) {
    return net.node(ir::OpKind::kClip, {}, {x, low, high}, net.info(x).type, net.info(x).shape);
  };
  const auto f = net.input(kFloat, {2, 3, 5, 5});
  net.output(clip(net.relu(f), net.scalar(0.5F), net.scalar(1.25F)));
  net.output(clip(f, net.scalar(0.5F), net.scalar(-0.5F)));  // crossed bounds: the upper one
  net.output(clip(f, ir::kNoTensor, net.scalar(0.25F)));
  net.output(clip(net.input(kInt8, {9}), net.zero(kInt8, -7), net.zero(kInt8, 20)));
  net.output(net.relu(net.input(DType::kInt32, {40})));
  expect_everywhere(net);
  mapper::MapReport report;
  test::map_or_fail(net.graph(), capability(kFloat), {}, &report);
  EXPECT_EQ(report.nodes[0].commands, 1U);
  EXPECT_EQ(report.nodes[1].fused_into, report.nodes[0].name);
  EXPECT_EQ(report.nodes[1].commands, 0U);
}

TEST(Quantise, PerTensorAndPerAxis) {
  for (const std::int64_t axis : {0, 1, 2, 3}) {
    Network net;
    const ir::Shape shape{2, 3, 4, 5};
    const auto x = net.input(kFloat, shape);
    ir::AxisAttributes along;
    along.axis = axis;
    std::vector<float> scales;
    std::vector<std::int8_t> zeros;
    for (std::int64_t i = 0; i < shape[static_cast<std::size_t>(axis)]; ++i) {
      scales.push_back(0.01F + 0.003F * static_cast<float>(i));
      zeros.push_back(static_cast<std::int8_t>(3 * i - 4));
    }
    const auto s = net.floats(scales);
    const auto z = net.tensor(kInt8, {static_cast<std::int64_t>(zeros.size())}, ir::make_data(zeros));
    const auto q = net.node(ir::OpKind::kQuantizeLinear, along, {x, s, z}, kInt8, shape);
    net.output(q);
    net.output(net.node(ir::OpKind::kDequantizeLinear, along, {q, s, z}, kFloat, shape));
    net.output(net.node(ir::OpKind::kQuantizeLinear, along, {x, net.scalar(0.02F), net.zero(kUInt8, 120)},
                        kUInt8, shape));
    expect_everywhere(net);
    expect_right_in_all_modes(net.graph(), capability(kFloat, 256));
  }
}

// ---- pooling ----

TEST(MaxPool, OfEveryShape) {
  for (const DType type : {kInt8, kUInt8, kFloat}) {
    Network net;
    const auto x = net.input(type, {2, 5, 9, 8});
    net.output(net.pool(ir::OpKind::kMaxPool, x, window(2, 2, 0)));
    net.output(net.pool(ir::OpKind::kMaxPool, x, window(3, 2, 1)));
    net.output(net.pool(ir::OpKind::kMaxPool, x, window(2, 1, 0, 3)));
    expect_everywhere(net, type == kFloat ? kFloat : kInt8);
  }
}

TEST(AveragePool, WithAndWithoutPadding) {
  for (const bool include_pad : {false, true}) {
    Network net;
    const auto x = net.input(kFloat, {2, 3, 9, 8});
    for (ir::PoolAttributes a : {window(2, 2, 0), window(3, 1, 1), window(3, 2, 2)}) {
      a.count_include_pad = include_pad;
      net.output(net.pool(ir::OpKind::kAveragePool, x, a));
    }
    ir::PoolAttributes uneven = window(3, 3, 0);
    uneven.window.pad_begin = {0, 1};
    uneven.window.pad_end = {3, 2};
    uneven.count_include_pad = include_pad;
    net.output(net.pool(ir::OpKind::kAveragePool, x, uneven));
    expect_everywhere(net);
  }
}

TEST(GlobalAveragePool, OfImagesAndLines) {
  Network net;
  for (const ir::Shape& shape : {ir::Shape{2, 6, 5, 3}, ir::Shape{2, 6, 7}}) {
    ir::PoolAttributes all;
    all.window.kernel = {shape.size() == 4 ? shape[2] : 1, shape.back()};
    net.output(net.pool(ir::OpKind::kGlobalAveragePool, net.input(kFloat, shape), all));
  }
  expect_everywhere(net);
}

TEST(Pool, OfLines) {
  Network net;
  ir::PoolAttributes a;
  a.window.kernel = {1, 3};
  a.window.stride = {1, 2};
  a.window.pad_begin = a.window.pad_end = {0, 1};
  const auto x = net.input(kFloat, {2, 5, 30});
  net.output(net.pool(ir::OpKind::kMaxPool, x, a));
  net.output(net.pool(ir::OpKind::kAveragePool, x, a));
  expect_everywhere(net);
}

// ---- along an axis ----

class AlongAxis : public ::testing::TestWithParam<std::tuple<ir::Shape, std::int64_t>> {};
INSTANTIATE_TEST_SUITE_P(Shapes, AlongAxis,
                         ::testing::Values(std::tuple(ir::Shape{10}, 0), std::tuple(ir::Shape{6, 10}, 0),
                                           std::tuple(ir::Shape{6, 10}, 1), std::tuple(ir::Shape{2, 5, 7}, 1),
                                           std::tuple(ir::Shape{2, 3, 4, 5}, 0),
                                           std::tuple(ir::Shape{2, 3, 4, 5}, 1),
                                           std::tuple(ir::Shape{2, 3, 4, 5}, 2),
                                           std::tuple(ir::Shape{2, 3, 4, 5}, 3),
                                           std::tuple(ir::Shape{2, 2, 3, 2, 4}, 3)));

TEST_P(AlongAxis, Softmax) {
  const auto& [shape, axis] = GetParam();
  for (const bool flatten : {false, true}) {
    Network net;
    ir::AxisAttributes a;
    a.axis = axis;
    a.flatten_at_axis = flatten;
    net.output(net.axis_op(ir::OpKind::kSoftmax, net.relu(net.input(kFloat, shape)), a));
    net.output(net.axis_op(ir::OpKind::kSoftmax, net.input(kFloat, shape), a));
    expect_right_in_all_modes(net.graph(), capability(kFloat));
    expect_right_in_all_modes(net.graph(), capability(kFloat, 2048));
  }
}

TEST_P(AlongAxis, ArgMax) {
  const auto& [shape, axis] = GetParam();
  Network net;
  for (const DType type : {kFloat, kInt8}) {
    const auto x = net.input(type, shape);
    for (const bool keep : {true, false}) {
      ir::AxisAttributes a;
      a.axis = axis;
      a.keep_dims = keep;
      a.select_last_index = keep;
      net.output(net.axis_op(ir::OpKind::kArgMax, x, a));
    }
  }
  expect_right_in_all_modes(net.graph(), capability(kFloat));
  expect_right_in_all_modes(net.graph(), capability(kFloat, 1024));
}

TEST_P(AlongAxis, TopK) {
  const auto& [shape, axis] = GetParam();
  for (const DType type : {kFloat, kUInt8}) {
    Network net;
    const auto x = net.input(type, shape);
    ir::AxisAttributes a;
    a.axis = axis;
    a.k = 2;
    ir::Shape out = shape;
    out[static_cast<std::size_t>(axis)] = 2;
    ir::Graph graph = net.graph();
    for (int form = 0; form < 3; ++form) {
      a.largest = form != 2;
      ir::Tensor values;
      values.name = "values" + std::to_string(form);
      values.type = type;
      values.shape = out;
      ir::Tensor indices = values;
      indices.name = "indices" + std::to_string(form);
      indices.type = DType::kInt64;
      ir::Node node;
      node.name = "top" + std::to_string(form);
      node.op = ir::OpKind::kTopK;
      node.attributes = a;
      node.inputs = {x};
      const auto v = form == 1 ? ir::kNoTensor : graph.add_tensor(values);
      const auto i = form == 0 ? ir::kNoTensor : graph.add_tensor(indices);
      node.outputs = {v, i};
      graph.add_node(node);
      std::vector<ir::TensorId> outputs = graph.outputs();
      if (v != ir::kNoTensor) outputs.push_back(v);
      if (i != ir::kNoTensor) outputs.push_back(i);
      graph.set_outputs(outputs);
    }
    expect_right_in_all_modes(graph, capability(kFloat));
    expect_right_in_all_modes(graph, capability(kFloat, 1024));
  }
}

// ---- shapes ----

TEST(Reshape, InEveryCombinationOfOrders) {
  const ir::Shape shapes[] = {{1, 6, 2, 4}, {48},         {6, 8},        {1, 48},
                              {2, 3, 4, 2}, {1, 1, 6, 8}, {48, 1, 1, 1}, {3, 4, 4}};
  for (const ir::Shape& from : shapes) {
    for (const ir::Shape& to : shapes) {
      Network net;
      const auto x = net.input(kFloat, from);
      net.output(net.reshape(x, to));                      // input to output
      net.output(net.reshape(net.relu(x), to));            // value to output
      net.output(net.relu(net.reshape(net.relu(x), to)));  // value to value
      net.output(net.relu(net.reshape(net.reshape(x, to), from)));
      expect_right_in_all_modes(net.graph(), capability(kFloat), 1);
      expect_right_in_all_modes(net.graph(), capability(kFloat, 256), 1);
    }
  }
}

TEST(Flatten, BeforeConstantIntegerWeightsIsFree) {
  Network net;
  const auto x = net.qconv(net.input(kInt8, {2, 3, 4, 5}), 6, {});
  net.output(net.qmatmul(net.reshape(x, {2, 120}), net.constant(kInt8, {120, 7})));
  expect_everywhere(net, kInt8);
  mapper::MapReport report;
  test::map_or_fail(net.graph(), capability(), {}, &report);
  EXPECT_EQ(report.nodes[1].op, "Reshape");
  EXPECT_EQ(report.nodes[1].engine, "view");
  EXPECT_EQ(report.nodes[1].transfers, 0U);
}

TEST(Flatten, BeforeFloatWeightsIsATransfer) {
  Network net;
  const auto x = net.conv(net.input(kFloat, {2, 3, 4, 5}), 6, {});
  ir::GemmAttributes gemm;
  const auto flat = net.reshape(x, {2, 120});
  net.output(net.node(ir::OpKind::kGemm, gemm, {flat, net.constant(kFloat, {120, 7})}, kFloat, {2, 7}));
  expect_everywhere(net);
  mapper::MapReport report;
  test::map_or_fail(net.graph(), capability(kFloat), {}, &report);
  EXPECT_EQ(report.nodes[1].engine, "dma");
  EXPECT_EQ(report.nodes[1].transfers, 1U);
}

TEST(Flatten, OfAnInputNeedsNoPermutation) {
  Network net;
  net.output(net.qmatmul(net.reshape(net.input(kInt8, {2, 3, 4, 5}), {2, 60}), net.constant(kInt8, {60, 7})));
  expect_everywhere(net, kInt8);
}

// ---- odd graphs ----

TEST(Outputs, MayBeInputsConstantsAndOneAnother) {
  Network net;
  const auto x = net.input(kFloat, {1, 2, 3, 4});
  const auto y = net.relu(x);
  net.output(x);
  net.output(y);
  net.output(y);
  net.output(net.constant(kFloat, {1, 2, 3, 4}));
  net.output(net.constant(kFloat, {}));
  net.output(net.reshape(y, {24}));
  net.output(net.relu(net.add(y, y)));
  expect_everywhere(net);
}

TEST(Inputs, MayBeUnused) {
  Network net;
  net.input(kFloat, {4});
  net.output(net.relu(net.input(kFloat, {5})));
  expect_everywhere(net);
}

TEST(Scalars, AreTensorsToo) {
  Network net;
  net.output(net.relu(net.input(kFloat, {})));
  expect_everywhere(net);
}

}  // namespace
}  // namespace systole
