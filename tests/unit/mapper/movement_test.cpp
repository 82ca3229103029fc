// Operators that only move elements: Concat, Split, Slice, Transpose, Pad, Resize. Expectations by indices.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/abstract_machine/direct.h"

namespace systole::test {
namespace {

using ir::OpKind;

ir::Shape strides_of(const ir::Shape& shape) {
  ir::Shape strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

/// Element i of the operand, for every element of a result of shape `out`, where from(index) gives the
/// operand's index vector; -1 in it = fill.
template <typename From>
std::vector<float> moved(const std::vector<float>& x, const ir::Shape& in, const ir::Shape& out, float fill,
                         const From& from) {
  const ir::Shape in_strides = strides_of(in);
  const ir::Shape out_strides = strides_of(out);
  std::vector<float> y(static_cast<std::size_t>(ir::elements_of(out)));
  for (std::size_t i = 0; i < y.size(); ++i) {
    ir::Shape index(out.size());
    for (std::size_t d = 0; d < out.size(); ++d) {
      index[d] = static_cast<std::int64_t>(i) / out_strides[d] % out[d];
    }
    const ir::Shape source = from(index);
    std::int64_t at = 0;
    bool inside = true;
    for (std::size_t d = 0; d < source.size(); ++d) {
      inside = inside && source[d] >= 0;
      at += source[d] * in_strides[d];
    }
    y[i] = inside ? x[static_cast<std::size_t>(at)] : fill;
  }
  return y;
}

std::vector<float> ramp(std::int64_t count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

/// One operator between a network input and output, and with an activation on either side, so that its
/// operand and result stand in SRAM.
template <typename From>
void expect_moved(OpKind op, const ir::Attributes& attributes, const ir::Shape& in, const ir::Shape& out,
                  float fill, const From& from) {
  for (const bool inside : {false, true}) {
    SCOPED_TRACE(inside ? "between activations" : "alone");
    Network n;
    const auto x = n.input(DType::kFloat32, in);
    const auto a = inside ? n.relu(x) : x;
    std::vector<ir::TensorId> inputs{a};
    if (op == OpKind::kPad) inputs.push_back(n.scalar(fill));
    const auto b = n.node(op, attributes, inputs, DType::kFloat32, out);
    n.output(inside ? n.relu(b) : b);
    const std::vector<float> data = ramp(ir::elements_of(in));
    expect_outputs(n.graph(), {as_bytes(data)}, {as_bytes(moved(data, in, out, fill, from))});
  }
}

TEST(Movement, Transpose) {
  for (const std::vector<std::int64_t>& p :
       {std::vector<std::int64_t>{0, 2, 3, 1}, {0, 3, 1, 2}, {1, 0, 3, 2}, {3, 2, 1, 0}}) {
    const ir::Shape in{2, 3, 4, 5};
    ir::Shape out(4);
    for (std::size_t d = 0; d < 4; ++d) out[d] = in[static_cast<std::size_t>(p[d])];
    expect_moved(OpKind::kTranspose, ir::TransposeAttributes{p}, in, out, 0, [&](const ir::Shape& index) {
      ir::Shape source(4);
      for (std::size_t d = 0; d < 4; ++d) source[static_cast<std::size_t>(p[d])] = index[d];
      return source;
    });
  }
  expect_moved(OpKind::kTranspose, ir::TransposeAttributes{{1, 0}}, {7, 9}, {9, 7}, 0,
               [](const ir::Shape& i) {
                 return ir::Shape{i[1], i[0]};
               });
}

TEST(Movement, Slice) {
  expect_moved(OpKind::kSlice, ir::SliceAttributes{{0, 1, 3, 4}, {1, 1, -1, -2}}, {1, 4, 5, 6}, {1, 2, 3, 2},
               0, [](const ir::Shape& i) {
                 return ir::Shape{i[0], 1 + i[1], 3 - i[2], 4 - 2 * i[3]};
               });
  expect_moved(OpKind::kSlice, ir::SliceAttributes{{2, 0}, {3, 2}}, {9, 8}, {2, 4}, 0,
               [](const ir::Shape& i) {
                 return ir::Shape{2 + 3 * i[0], 2 * i[1]};
               });
}

TEST(Movement, Pad) {
  const ir::Shape in{1, 2, 4, 3};
  const ir::Shape out{1, 3, 7, 6};
  for (const auto mode : {ir::PadMode::kConstant, ir::PadMode::kEdge, ir::PadMode::kReflect}) {
    const ir::PadAttributes pads{mode, {0, 1, 2, 1}, {0, 0, 1, 2}};
    expect_moved(OpKind::kPad, pads, in, out, 7.5F, [&](const ir::Shape& index) {
      ir::Shape source(4);
      for (std::size_t d = 0; d < 4; ++d) {
        std::int64_t at = index[d] - pads.begin[d];
        if (at < 0) at = mode == ir::PadMode::kConstant ? -1000 : mode == ir::PadMode::kEdge ? 0 : -at;
        if (at >= in[d]) {
          at = mode == ir::PadMode::kConstant ? -1000
               : mode == ir::PadMode::kEdge   ? in[d] - 1
                                              : 2 * (in[d] - 1) - at;
        }
        source[d] = at;
      }
      return source;
    });
  }
}

TEST(Movement, PadTakesAway) {
  expect_moved(OpKind::kPad, ir::PadAttributes{ir::PadMode::kConstant, {-1, 2}, {1, -2}}, {4, 5}, {4, 5},
               3.0F, [](const ir::Shape& i) {
                 const bool inside = i[0] + 1 < 4 && i[1] >= 2;
                 return inside ? ir::Shape{i[0] + 1, i[1] - 2} : ir::Shape{-1, -1};
               });
}

TEST(Movement, ResizeByWholeAndByOtherFactors) {
  const ir::Shape in{1, 2, 3, 4};
  for (const ir::Shape& out : {ir::Shape{1, 2, 6, 12}, ir::Shape{1, 2, 5, 7}, ir::Shape{1, 2, 2, 2}}) {
    ir::ResizeAttributes resize;
    for (std::size_t d = 0; d < 4; ++d) {
      resize.source.emplace_back();
      for (std::int64_t o = 0; o < out[d]; ++o) resize.source[d].push_back(o * in[d] / out[d]);
    }
    expect_moved(OpKind::kResize, resize, in, out, 0, [&](const ir::Shape& i) {
      ir::Shape source(4);
      for (std::size_t d = 0; d < 4; ++d) source[d] = resize.source[d][static_cast<std::size_t>(i[d])];
      return source;
    });
  }
}

ir::TensorId concat(Network& n, const std::vector<ir::TensorId>& parts, std::size_t axis) {
  ir::Shape shape = n.info(parts[0]).shape;
  shape[axis] = 0;
  for (const auto part : parts) shape[axis] += n.info(part).shape[axis];
  ir::AxisAttributes attributes;
  attributes.axis = static_cast<std::int64_t>(axis);
  return n.node(OpKind::kConcat, attributes, parts, n.info(parts[0]).type, shape);
}

TEST(Movement, ConcatCopiesInputsAndConstants) {
  for (const std::size_t axis : {0U, 1U, 2U, 3U}) {
    Network n;
    const ir::Shape shape{2, 3, 2, 4};
    const auto x = n.input(DType::kFloat32, shape);
    const auto y = n.input(DType::kFloat32, shape);
    n.output(concat(n, {x, y}, axis));
    ir::Shape out = shape;
    out[axis] *= 2;
    const std::vector<float> a = ramp(48);
    std::vector<float> both = a;
    for (const float v : a) both.push_back(-v);
    // The operands one after another are a tensor with one dimension more in front.
    const auto expected = moved(both, {2, 2, 3, 2, 4}, out, 0, [&](const ir::Shape& index) {
      ir::Shape source = index;
      source[axis] %= shape[axis];
      source.insert(source.begin(), index[axis] / shape[axis]);
      return source;
    });
    expect_outputs(n.graph(), {as_bytes(a), as_bytes(std::vector<float>(both.begin() + 48, both.end()))},
                   {as_bytes(expected)});
  }
}

/// x0 = relu(x); x1 = relu(-3 * x0 + ...): a dense block by element-wise operators only.
TEST(Movement, ADenseBlockMovesNothing) {
  Network n;
  const ir::Shape shape{1, 2, 3, 3};
  const auto x = n.input(DType::kFloat32, shape);
  const auto x0 = n.relu(x);
  const auto x1 = n.node(OpKind::kMul, {}, {x0, n.scalar(3.0F)}, DType::kFloat32, shape);
  const auto first = concat(n, {x0, x1}, 1);
  const auto x2 = n.node(OpKind::kAdd, {}, {first, n.scalar(-5.0F)}, DType::kFloat32, {1, 4, 3, 3});
  const auto last = concat(n, {x0, x1, x2}, 1);
  n.output(n.relu(last));
  const std::vector<float> data = ramp(18);
  std::vector<float> expected = data;
  for (const float v : data) expected.push_back(3 * v);
  for (std::size_t i = 0; i < 36; ++i) expected.push_back(std::max(0.0F, expected[i] - 5.0F));
  expect_outputs(n.graph(), {as_bytes(data)}, {as_bytes(expected)});

  mapper::MapReport report;
  map_or_fail(n.graph(), capability(DType::kFloat32), {}, &report);
  int concatenations = 0;
  for (const auto& node : report.nodes) {
    if (node.op != "Concat") continue;
    ++concatenations;
    EXPECT_EQ(node.engine, "view");
    EXPECT_EQ(node.transfers, 0U);
  }
  EXPECT_EQ(concatenations, 2);
}

TEST(Movement, ConvolutionsWriteIntoTheirChannels) {
  const auto build = [](bool joined) {
    Network n;
    const auto x = n.input(DType::kInt8, {1, 3, 6, 6});
    ir::ConvAttributes conv;
    conv.window.kernel = {3, 3};
    conv.window.pad_begin = conv.window.pad_end = {1, 1};
    const auto a = n.qconv(x, 5, conv);
    const auto b = n.qconv(x, 7, conv);
    if (joined) {
      n.output(concat(n, {a, b}, 1));
    } else {
      n.output(a);
      n.output(b);
    }
    return n;
  };
  Network joined = build(true);
  Network apart = build(false);
  Network source(5);
  const auto x = source.random_data(DType::kInt8, 108);
  const auto parts = run_on_machine(apart.graph(), capability(), {*x});
  ASSERT_EQ(parts.size(), 2U);
  std::vector<std::byte> both = parts[0];
  both.insert(both.end(), parts[1].begin(), parts[1].end());
  expect_outputs(joined.graph(), {*x}, {both}, DType::kInt8);
  mapper::MapReport report;
  map_or_fail(joined.graph(), capability(), {}, &report);
  EXPECT_EQ(report.nodes.back().op, "Concat");
  EXPECT_EQ(report.nodes.back().transfers, 0U);
}

}  // namespace
}  // namespace systole::test
