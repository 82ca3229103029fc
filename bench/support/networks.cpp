#include "bench/support/networks.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace systole::bench {
namespace {

using ir::OpKind;
using ir::TensorId;

constexpr float kActivationScale = 0.05F;
constexpr float kWeightScale = 0.004F;

/// Adds layers one after another; every activation is int8 with the same scale.
class Builder {
public:
  explicit Builder(std::string name) {
    graph_.name = std::move(name);
    scale_ = scalar("scale", kActivationScale);
    weight_scale_ = scalar("weight_scale", kWeightScale);
    zero_ = graph_.add_tensor({"zero", DType::kInt8, {}, ir::make_data<std::int8_t>({0})});
  }

  TensorId input(std::int64_t channels, std::int64_t pixels) {
    const TensorId id = graph_.add_tensor({"input", DType::kInt8, {1, channels, pixels, pixels}, nullptr});
    graph_.set_inputs({id});
    return id;
  }

  TensorId conv(TensorId x, std::int64_t filters, std::int64_t kernel, std::int64_t stride,
                std::int64_t pad) {
    const ir::Shape in = shape(x);
    const TensorId w = noise({filters, in[1], kernel, kernel});
    const TensorId b = bias(filters);
    const ir::ConvAttributes attributes{{{kernel, kernel}, {stride, stride}, {1, 1}, {pad, pad}, {pad, pad}},
                                        1};
    return add(OpKind::kQLinearConv, {x, scale_, zero_, w, weight_scale_, zero_, scale_, zero_, b},
               {1, filters, out(in[2], kernel, stride, pad), out(in[3], kernel, stride, pad)}, DType::kInt8,
               attributes);
  }
  TensorId relu(TensorId x) { return add(OpKind::kRelu, {x}, shape(x), DType::kInt8, {}); }
  TensorId sum(TensorId a, TensorId b) {
    return add(OpKind::kQLinearAdd, {a, scale_, zero_, b, scale_, zero_, scale_, zero_}, shape(a),
               DType::kInt8, {});
  }
  TensorId max_pool(TensorId x, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    const ir::Shape in = shape(x);
    const ir::PoolAttributes attributes{{{kernel, kernel}, {stride, stride}, {1, 1}, {pad, pad}, {pad, pad}},
                                        false};
    return add(OpKind::kMaxPool, {x},
               {1, in[1], out(in[2], kernel, stride, pad), out(in[3], kernel, stride, pad)}, DType::kInt8,
               attributes);
  }
  TensorId mean(TensorId x) {
    const ir::Shape in = shape(x);
    const TensorId real =
        add(OpKind::kDequantizeLinear, {x, scale_, zero_}, in, DType::kFloat32, ir::AxisAttributes{1});
    const TensorId pooled =
        add(OpKind::kGlobalAveragePool, {real}, {1, in[1], 1, 1}, DType::kFloat32, ir::PoolAttributes{});
    return add(OpKind::kQuantizeLinear, {pooled, scale_, zero_}, {1, in[1], 1, 1}, DType::kInt8,
               ir::AxisAttributes{1});
  }
  TensorId flatten(TensorId x) {
    const std::int64_t elements = ir::elements_of(shape(x));
    return add(OpKind::kFlatten, {x}, {1, elements}, DType::kInt8, ir::AxisAttributes{1});
  }
  TensorId fully_connected(TensorId x, std::int64_t features) {
    const TensorId w = noise({shape(x)[1], features});
    return add(OpKind::kQLinearMatMul, {x, scale_, zero_, w, weight_scale_, zero_, scale_, zero_},
               {1, features}, DType::kInt8, {});
  }
  ir::Graph finish(TensorId output) {
    graph_.set_outputs({output});
    return std::move(graph_);
  }
  [[nodiscard]] const ir::Shape& shape(TensorId id) const { return graph_.tensor(id).value.shape; }

private:
  static std::int64_t out(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    return (in + 2 * pad - kernel) / stride + 1;
  }
  std::string name(const char* kind) { return std::string(kind) + "_" + std::to_string(names_++); }
  TensorId scalar(const char* tensor, float value) {
    return graph_.add_tensor({tensor, DType::kFloat32, {}, ir::make_data<float>({value})});
  }
  TensorId noise(const ir::Shape& shape) {
    std::vector<std::int8_t> values(static_cast<std::size_t>(ir::elements_of(shape)));
    for (std::int8_t& value : values) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      value = static_cast<std::int8_t>(state_ >> 56U);
    }
    return graph_.add_tensor({name("weight"), DType::kInt8, shape, ir::make_data(values)});
  }
  TensorId bias(std::int64_t count) {
    std::vector<std::int32_t> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<std::int32_t>(i * 37 % 1001) - 500;
    return graph_.add_tensor({name("bias"), DType::kInt32, {count}, ir::make_data(values)});
  }
  TensorId add(OpKind op, std::vector<TensorId> inputs, const ir::Shape& shape, DType type,
               ir::Attributes attributes) {
    const TensorId output = graph_.add_tensor({name("tensor"), type, shape, nullptr});
    ir::Node node;
    node.name = name(std::string(ir::name_of(op)).c_str());
    node.op = op;
    node.attributes = std::move(attributes);
    node.inputs = std::move(inputs);
    node.outputs = {output};
    graph_.add_node(std::move(node));
    return output;
  }

  ir::Graph graph_;
  TensorId scale_ = 0;
  TensorId weight_scale_ = 0;
  TensorId zero_ = 0;
  unsigned names_ = 0;
  std::uint64_t state_ = 1;
};

TensorId bottleneck(Builder& b, TensorId x, std::int64_t width, std::int64_t stride) {
  TensorId y = b.relu(b.conv(x, width, 1, 1, 0));
  y = b.relu(b.conv(y, width, 3, stride, 1));
  y = b.conv(y, width * 4, 1, 1, 0);
  const bool projects = b.shape(x) != b.shape(y);
  return b.relu(b.sum(y, projects ? b.conv(x, width * 4, 1, stride, 0) : x));
}

}  // namespace

ir::Graph resnet50(std::int64_t pixels) {
  Builder b("resnet50");
  TensorId x = b.relu(b.conv(b.input(3, pixels), 64, 7, 2, 3));
  x = b.max_pool(x, 3, 2, 1);
  const std::vector<int> blocks{3, 4, 6, 3};
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      x = bottleneck(b, x, 64 << stage, stage > 0 && block == 0 ? 2 : 1);
    }
  }
  return b.finish(b.fully_connected(b.flatten(b.mean(x)), 1000));
}

ir::Graph vgg16(std::int64_t pixels) {
  Builder b("vgg16");
  TensorId x = b.input(3, pixels);
  for (const std::vector<std::int64_t>& stage : std::vector<std::vector<std::int64_t>>{
           {64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}}) {
    for (const std::int64_t filters : stage) x = b.relu(b.conv(x, filters, 3, 1, 1));
    x = b.max_pool(x, 2, 2, 0);
  }
  x = b.relu(b.fully_connected(b.flatten(x), 4096));
  x = b.relu(b.fully_connected(x, 4096));
  return b.finish(b.fully_connected(x, 1000));
}

}  // namespace systole::bench
