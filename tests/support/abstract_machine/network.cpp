#include "tests/support/abstract_machine/network.h"

#include <gtest/gtest.h>

#include <cstring>

#include "models/reference/run.h"
#include "tests/support/abstract_machine/machine.h"

namespace systole::test {

namespace {

std::int64_t out_extent(std::int64_t in, const ir::Window& w, std::size_t d) {
  return (in + w.pad_begin[d] + w.pad_end[d] - (w.kernel[d] - 1) * w.dilation[d] - 1) / w.stride[d] + 1;
}

ir::Shape window_shape(const ir::Shape& x, std::int64_t channels, const ir::Window& w) {
  if (x.size() == 3) return {x[0], channels, out_extent(x[2], w, 1)};
  return {x[0], channels, out_extent(x[2], w, 0), out_extent(x[3], w, 1)};
}

ir::Shape weight_shape(const ir::Shape& x, std::int64_t channels, const ir::ConvAttributes& a) {
  if (x.size() == 3) return {channels, x[1] / a.groups, a.window.kernel[1]};
  return {channels, x[1] / a.groups, a.window.kernel[0], a.window.kernel[1]};
}

std::string join(const Issues& issues) {
  std::string text;
  for (const Issue& issue : issues.list()) text += to_string(issue) + "\n";
  return text;
}

}  // namespace

ir::TensorId Network::tensor(DType type, const ir::Shape& shape, ir::TensorData data) {
  ir::Tensor t;
  t.name = "t" + std::to_string(names_++);
  t.type = type;
  t.shape = shape;
  t.data = std::move(data);
  return graph_.add_tensor(std::move(t));
}

ir::TensorData Network::random_data(DType type, std::int64_t elements) {
  const auto size = static_cast<std::size_t>(elements);
  if (type == DType::kFloat32) {
    std::vector<float> values(size);
    for (float& v : values) v = (static_cast<float>(random_() % 2001) - 1000.0F) / 500.0F;
    return ir::make_data(values);
  }
  if (type == DType::kInt32) {
    std::vector<std::int32_t> values(size);
    for (auto& v : values) v = static_cast<std::int32_t>(random_() % 2001) - 1000;
    return ir::make_data(values);
  }
  std::vector<std::uint8_t> values(size * size_of(type));
  for (auto& v : values) v = static_cast<std::uint8_t>(random_());
  return ir::make_data(values);
}

ir::TensorId Network::input(DType type, const ir::Shape& shape) {
  inputs_.push_back(tensor(type, shape));
  return inputs_.back();
}
ir::TensorId Network::constant(DType type, const ir::Shape& shape) {
  return tensor(type, shape, random_data(type, ir::elements_of(shape)));
}
ir::TensorId Network::scalar(float value) {
  return tensor(DType::kFloat32, {}, ir::make_data(std::vector<float>{value}));
}
ir::TensorId Network::floats(const std::vector<float>& values) {
  return tensor(DType::kFloat32, {static_cast<std::int64_t>(values.size())}, ir::make_data(values));
}
ir::TensorId Network::zero(DType type, std::int32_t value) {
  return tensor(type, {}, ir::make_data(std::vector<std::uint8_t>{static_cast<std::uint8_t>(value)}));
}

ir::TensorId Network::node(ir::OpKind op, ir::Attributes attributes, std::vector<ir::TensorId> inputs,
                           DType type, const ir::Shape& shape) {
  const ir::TensorId out = tensor(type, shape);
  ir::Node n;
  n.name = std::string(ir::name_of(op)) + "_" + std::to_string(graph_.node_count());
  n.op = op;
  n.attributes = std::move(attributes);
  n.inputs = std::move(inputs);
  n.outputs = {out};
  graph_.add_node(std::move(n));
  return out;
}

ir::TensorId Network::qconv(ir::TensorId x, std::int64_t channels, const ir::ConvAttributes& attributes,
                            bool bias) {
  const ir::Shape shape = info(x).shape;
  const DType type = info(x).type;
  std::vector<float> scales;
  for (std::int64_t c = 0; c < channels; ++c) scales.push_back(0.004F + 0.0007F * static_cast<float>(c % 7));
  std::vector<ir::TensorId> inputs{x,
                                   scalar(0.05F),
                                   zero(type, type == DType::kInt8 ? -3 : 120),
                                   constant(DType::kInt8, weight_shape(shape, channels, attributes)),
                                   floats(scales),
                                   zero(DType::kInt8, 0),
                                   scalar(0.09F),
                                   zero(type, type == DType::kInt8 ? 5 : 100)};
  if (bias) inputs.push_back(constant(DType::kInt32, {channels}));
  return node(ir::OpKind::kQLinearConv, attributes, inputs, type,
              window_shape(shape, channels, attributes.window));
}

ir::TensorId Network::qmatmul(ir::TensorId a, ir::TensorId b) {
  const ir::Shape left = info(a).shape;
  const ir::Shape right = info(b).shape;
  ir::Shape shape = left.size() >= right.size() ? left : right;
  shape[shape.size() - 2] = left[left.size() - 2];
  shape.back() = right.back();
  const DType type = info(a).type;
  return node(ir::OpKind::kQLinearMatMul, {},
              {a, scalar(0.03F), zero(type, 2), b, scalar(0.02F), zero(info(b).type, 1), scalar(0.2F),
               zero(type, -4)},
              type, shape);
}

ir::TensorId Network::qadd(ir::TensorId a, ir::TensorId b, std::int32_t a_zero, std::int32_t b_zero) {
  const DType type = info(a).type;
  const ir::Shape shape = info(a).shape;
  return node(ir::OpKind::kQLinearAdd, {},
              {a, scalar(0.05F), zero(type, a_zero), b, scalar(0.07F), zero(type, b_zero), scalar(0.08F),
               zero(type, 4)},
              type, shape);
}

ir::TensorId Network::conv(ir::TensorId x, std::int64_t channels, const ir::ConvAttributes& attributes,
                           bool bias) {
  const ir::Shape shape = info(x).shape;
  std::vector<ir::TensorId> inputs{x, constant(DType::kFloat32, weight_shape(shape, channels, attributes))};
  if (bias) inputs.push_back(constant(DType::kFloat32, {channels}));
  return node(ir::OpKind::kConv, attributes, inputs, DType::kFloat32,
              window_shape(shape, channels, attributes.window));
}

ir::TensorId Network::pool(ir::OpKind op, ir::TensorId x, const ir::PoolAttributes& attributes) {
  const ir::Shape shape = info(x).shape;
  return node(op, attributes, {x}, info(x).type, window_shape(shape, shape[1], attributes.window));
}

ir::TensorId Network::relu(ir::TensorId x) {
  const ir::Tensor copy = info(x);
  return node(ir::OpKind::kRelu, {}, {x}, copy.type, copy.shape);
}
ir::TensorId Network::reshape(ir::TensorId x, const ir::Shape& shape) {
  return node(ir::OpKind::kReshape, {}, {x}, info(x).type, shape);
}
ir::TensorId Network::axis_op(ir::OpKind op, ir::TensorId x, const ir::AxisAttributes& attributes) {
  ir::Shape shape = info(x).shape;
  const auto axis = static_cast<std::size_t>(attributes.axis);
  if (op == ir::OpKind::kTopK) shape[axis] = attributes.k;
  if (op == ir::OpKind::kArgMax) {
    shape[axis] = 1;
    if (!attributes.keep_dims) shape.erase(shape.begin() + attributes.axis);
  }
  return node(op, attributes, {x}, op == ir::OpKind::kArgMax ? DType::kInt64 : info(x).type, shape);
}
ir::TensorId Network::add(ir::TensorId a, ir::TensorId b) {
  const ir::Shape left = info(a).shape;
  const ir::Shape right = info(b).shape;
  ir::Shape shape(std::max(left.size(), right.size()), 1);
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const auto extent = [&](const ir::Shape& s) {
      return d + s.size() < shape.size() ? 1 : s[d + s.size() - shape.size()];
    };
    shape[d] = std::max(extent(left), extent(right));
  }
  return node(ir::OpKind::kAdd, {}, {a, b}, info(a).type, shape);
}

const ir::Graph& Network::graph() {
  graph_.set_inputs(inputs_);
  graph_.set_outputs(outputs_);
  return graph_;
}

mapper::Capability capability(DType format, std::uint64_t sram_bytes) {
  mapper::Capability c;
  c.engines = {2, 1, 1, 1};
  c.sram_base = 0x2000'0000;
  c.sram_size = Bytes{sram_bytes};
  c.sram_width = Bytes{32};
  c.dram_size = Bytes{1U << 30U};
  c.array.rows = 4;
  c.array.cols = 4;
  c.multiplier.format = c.multiplier.weight_format = *format_of(format);
  c.array.accumulator_depth = 1024;  // 16 KiB
  return c;
}

Program map_or_fail(const ir::Graph& graph, const mapper::Capability& capability,
                    const mapper::MapOptions& options, mapper::MapReport* report) {
  Issues issues;
  auto program = mapper::map_network(graph, capability, options, issues, report);
  EXPECT_TRUE(program.has_value()) << join(issues);
  EXPECT_TRUE(issues.empty());
  return program.value_or(Program{});
}

std::string refusal(const ir::Graph& graph, const mapper::Capability& capability,
                    const mapper::MapOptions& options) {
  Issues issues;
  EXPECT_FALSE(mapper::map_network(graph, capability, options, issues).has_value());
  return join(issues);
}

void expect_right(const ir::Graph& graph, const mapper::Capability& capability,
                  const mapper::MapOptions& options, int orders) {
  const Program program = map_or_fail(graph, capability, options);
  if (program.exec.empty()) return;
  Issues issues;
  const auto again = decode(encode(program), issues);
  ASSERT_TRUE(again.has_value()) << join(issues);
  ASSERT_TRUE(*again == program);
  const auto from_text = assemble(to_text(program, true), issues);
  ASSERT_TRUE(from_text.has_value()) << join(issues);
  ASSERT_TRUE(*from_text == program);

  Network source(77);
  for (int order = -1; order < orders; ++order) {
    const auto seed =
        order < 0 ? std::nullopt : std::optional<std::uint32_t>(static_cast<std::uint32_t>(order));
    Machine machine(program, capability.sram_base, capability.sram_size.count(), capability.queue_depth);
    machine.initialise(seed);
    for (int inference = 0; inference < 2; ++inference) {
      std::vector<ir::TensorData> data;
      std::vector<std::vector<std::byte>> bytes;
      for (const ir::TensorId id : graph.inputs()) {
        const ir::Tensor& t = graph.tensor(id).value;
        data.push_back(source.random_data(t.type, t.elements()));
        bytes.push_back(*data.back());
      }
      const ReferenceResult expected = run_reference(graph, data);
      const auto outputs = machine.infer(bytes, seed);
      ASSERT_EQ(outputs.size(), expected.outputs.size());
      for (std::size_t o = 0; o < outputs.size(); ++o) {
        const auto& right = *expected.outputs[o].data;
        ASSERT_EQ(outputs[o].size(), right.size());
        if (outputs[o] == right) continue;
        std::size_t wrong = 0;
        std::size_t first = right.size();
        for (std::size_t i = 0; i < right.size(); ++i) {
          if (outputs[o][i] == right[i]) continue;
          first = std::min(first, i);
          ++wrong;
        }
        FAIL() << "output " << o << ": " << wrong << " of " << right.size() << " bytes wrong, first at "
               << first << "; order " << order << ", inference " << inference << "\n"
               << to_text(program).substr(0, 6000);
      }
    }
  }
}

void expect_right_in_all_modes(const ir::Graph& graph, const mapper::Capability& capability, int orders) {
  for (const bool ping_pong : {true, false}) {
    mapper::Capability c = capability;
    c.ping_pong = ping_pong;
    for (const auto weights : {mapper::WeightPolicy::kAuto, mapper::WeightPolicy::kStreamed}) {
      SCOPED_TRACE(std::string(ping_pong ? "ping-pong" : "one buffer") +
                   (weights == mapper::WeightPolicy::kAuto ? ", weights auto" : ", weights streamed"));
      expect_right(graph, c, {weights}, orders);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace systole::test
