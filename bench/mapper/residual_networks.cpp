#include "bench/mapper/residual_networks.h"

#include <string>

namespace systole::bench {

namespace {

class Builder {
public:
  explicit Builder(std::int64_t pixels) { x_ = tensor(DType::kInt8, {1, 3, pixels, pixels}, nullptr); }

  ir::TensorId convolution(ir::TensorId x, std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
    const ir::Shape in = graph_.tensor(x).value.shape;
    ir::ConvAttributes a;
    a.window.kernel = {kernel, kernel};
    a.window.stride = {stride, stride};
    a.window.pad_begin = a.window.pad_end = {kernel / 2, kernel / 2};
    const auto extent = [&](std::int64_t size) { return (size + 2 * (kernel / 2) - kernel) / stride + 1; };
    return node(ir::OpKind::kQLinearConv, a,
                {x, scale(0.02F), zero(), zeros(DType::kInt8, {channels, in[1], kernel, kernel}),
                 scale(0.01F), zero(), scale(0.03F), zero(), zeros(DType::kInt32, {channels})},
                {1, channels, extent(in[2]), extent(in[3])});
  }
  ir::TensorId relu(ir::TensorId x) { return node(ir::OpKind::kRelu, {}, {x}, shape(x)); }
  ir::TensorId sum(ir::TensorId a, ir::TensorId b) {
    return node(ir::OpKind::kQLinearAdd, {},
                {a, scale(0.03F), zero(), b, scale(0.03F), zero(), scale(0.04F), zero()}, shape(a));
  }
  ir::TensorId max_pool(ir::TensorId x) {
    ir::PoolAttributes a;
    a.window.kernel = {3, 3};
    a.window.stride = {2, 2};
    a.window.pad_begin = a.window.pad_end = {1, 1};
    const ir::Shape in = shape(x);
    return node(ir::OpKind::kMaxPool, a, {x}, {1, in[1], (in[2] - 1) / 2 + 1, (in[3] - 1) / 2 + 1});
  }
  ir::TensorId global_max_pool(ir::TensorId x) {
    ir::PoolAttributes a;
    const ir::Shape in = shape(x);
    a.window.kernel = a.window.stride = {in[2], in[3]};
    return node(ir::OpKind::kMaxPool, a, {x}, {1, in[1], 1, 1});
  }
  ir::TensorId bottleneck(ir::TensorId x, std::int64_t width, std::int64_t stride) {
    ir::TensorId y = relu(convolution(x, width, 1, 1));
    y = relu(convolution(y, width, 3, stride));
    y = convolution(y, 4 * width, 1, 1);
    const bool same = stride == 1 && shape(x)[1] == 4 * width;
    return relu(sum(y, same ? x : convolution(x, 4 * width, 1, stride)));
  }
  ir::Graph finish(ir::TensorId y) {
    graph_.set_inputs({x_});
    graph_.set_outputs({y});
    return std::move(graph_);
  }
  [[nodiscard]] ir::TensorId input() const { return x_; }

private:
  [[nodiscard]] ir::Shape shape(ir::TensorId id) const { return graph_.tensor(id).value.shape; }
  ir::TensorId tensor(DType type, const ir::Shape& extents, ir::TensorData data) {
    ir::Tensor t;
    t.name = "t" + std::to_string(graph_.tensor_count());
    t.type = type;
    t.shape = extents;
    t.data = std::move(data);
    return graph_.add_tensor(std::move(t));
  }
  ir::TensorId zeros(DType type, const ir::Shape& extents) {
    const auto bytes = static_cast<std::size_t>(ir::elements_of(extents)) * size_of(type);
    return tensor(type, extents, std::make_shared<const std::vector<std::byte>>(bytes));
  }
  ir::TensorId zero() { return zeros(DType::kInt8, {}); }
  ir::TensorId scale(float value) {
    return tensor(DType::kFloat32, {}, ir::make_data(std::vector<float>{value}));
  }
  ir::TensorId node(ir::OpKind op, ir::Attributes attributes, std::vector<ir::TensorId> inputs,
                    const ir::Shape& out) {
    const ir::TensorId result = tensor(DType::kInt8, out, nullptr);
    ir::Node n;
    n.name = std::string(ir::name_of(op)) + "_" + std::to_string(graph_.node_count());
    n.op = op;
    n.attributes = std::move(attributes);
    n.inputs = std::move(inputs);
    n.outputs = {result};
    graph_.add_node(std::move(n));
    return result;
  }

  ir::Graph graph_;
  ir::TensorId x_ = ir::kNoTensor;
};

}  // namespace

ir::Graph residual_network(const std::array<int, 4>& blocks, std::int64_t pixels) {
  Builder net(pixels);
  ir::TensorId x = net.max_pool(net.relu(net.convolution(net.input(), 64, 7, 2)));
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    for (int block = 0; block < blocks[stage]; ++block) {
      x = net.bottleneck(x, std::int64_t{64} << stage, block == 0 && stage > 0 ? 2 : 1);
    }
  }
  return net.finish(net.convolution(net.global_max_pool(x), 1000, 1, 1));
}

}  // namespace systole::bench
