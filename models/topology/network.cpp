#include "models/topology/network.h"

#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "hw/base/assert.h"

namespace systole::topology {
namespace {

using ir::TensorId;

/// Deviation of uniform int8 activations, sqrt((256^2 - 1) / 12), times that of the made-up weights, 127
/// / 3.67.
constexpr double kProductDeviation = 73.9 * 34.6;

class Builder {
public:
  explicit Builder(const NetworkOptions& options) : options_(options) {}

  void add(const ConvLayer& layer) {
    const std::int64_t rows = output_size(layer.ifmap_height, layer.filter_height, layer.stride_height);
    const std::int64_t cols = output_size(layer.ifmap_width, layer.filter_width, layer.stride_width);
    ir::ConvAttributes attributes;
    ir::Window& window = attributes.window;
    window.kernel = {layer.filter_height, layer.filter_width};
    window.stride = {layer.stride_height, layer.stride_width};
    // What the last windows lack.
    window.pad_end = {(rows - 1) * layer.stride_height + layer.filter_height - layer.ifmap_height,
                      (cols - 1) * layer.stride_width + layer.filter_width - layer.ifmap_width};
    const Operands operands{{1, layer.channels, layer.ifmap_height, layer.ifmap_width},
                            {layer.filters, layer.channels, layer.filter_height, layer.filter_width},
                            {1, layer.filters, rows, cols},
                            layer.channels * layer.filter_height * layer.filter_width,
                            options_.synthesis.density};
    add(layer.name, operands, is_float() ? ir::OpKind::kConv : ir::OpKind::kQLinearConv, attributes);
  }

  void add(const GemmLayer& layer) {
    const Operands operands{{layer.m, layer.k},
                            {layer.k, layer.n},
                            {layer.m, layer.n},
                            layer.k,
                            options_.synthesis.density * layer.weight_density};
    add(layer.name, operands, is_float() ? ir::OpKind::kMatMul : ir::OpKind::kQLinearMatMul,
        std::monostate{});
  }

  ir::Graph take() {
    graph_.set_inputs(std::move(inputs_));
    graph_.set_outputs(std::move(outputs_));
    return std::move(graph_);
  }

private:
  struct Operands {
    ir::Shape input;
    ir::Shape weights;
    ir::Shape output;
    std::int64_t products = 1;  ///< of one sum
    double density = 1;
  };

  [[nodiscard]] bool is_float() const { return options_.format == DType::kFloat32; }

  void add(const std::string& wanted, const Operands& operands, ir::OpKind op,
           const ir::Attributes& attributes) {
    const std::string name = unique(wanted);
    const TensorId input = graph_.add_tensor({name + ".input", options_.format, operands.input, nullptr});
    const TensorId weights = add_weights(name + ".weights", operands);
    const TensorId output = graph_.add_tensor({name, options_.format, operands.output, nullptr});
    ir::Node node;
    node.name = name;
    node.op = op;
    node.attributes = attributes;
    node.outputs = {output};
    if (is_float()) {
      node.inputs = {input, weights};
    } else {
      const double spread = 3 * kProductDeviation * std::sqrt(static_cast<double>(operands.products)) / 127;
      const TensorId one = scale(name + ".scale", 1);
      const TensorId zero =
          graph_.add_tensor({name + ".zero", DType::kInt8, {}, ir::make_data<std::int8_t>({0})});
      const TensorId out = scale(name + ".output_scale", std::exp2(std::ceil(std::log2(spread))));
      node.inputs = {input, one, zero, weights, one, zero, out, zero};
    }
    graph_.add_node(std::move(node));
    inputs_.push_back(input);
    outputs_.push_back(output);
  }

  TensorId add_weights(const std::string& name, const Operands& operands) {
    ir::NormalSpec spec;
    spec.type = options_.format;
    spec.elements = ir::elements_of(operands.weights);
    spec.name = name;
    spec.seed = options_.synthesis.seed;
    spec.deviation = ir::he_deviation(operands.products);
    spec.density = operands.density;
    return graph_.add_tensor({name, options_.format, operands.weights, ir::normal_data(spec)});
  }

  TensorId scale(const std::string& name, double value) {
    return graph_.add_tensor({name, DType::kFloat32, {}, ir::make_data<float>({static_cast<float>(value)})});
  }

  std::string unique(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !names_.insert(name).second; ++i) name = wanted + "_" + std::to_string(i);
    return name;
  }

  const NetworkOptions& options_;
  ir::Graph graph_;
  std::set<std::string> names_;
  std::vector<TensorId> inputs_;
  std::vector<TensorId> outputs_;
};

}  // namespace

ir::Graph network_of(std::span<const Layer> layers, const std::string& name, const NetworkOptions& options) {
  Builder builder(options);
  for (const Layer& layer : layers) {
    SYSTOLE_ASSERT(problem_of(layer).empty(), "layers are checked where they come in");
    std::visit([&](const auto& one) { builder.add(one); }, layer);
  }
  ir::Graph graph = builder.take();
  graph.name = name;
  return graph;
}

}  // namespace systole::topology
