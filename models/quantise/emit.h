// Writing one node in 8 bits. Private to models/quantise.
#pragma once

#include "models/quantise/plan.h"
#include "models/quantise/rewriter.h"

namespace systole::quantise {

/// Writes the new network node by node, with conversions where a float node meets an int8 one.
class Emitter {
public:
  /// unit: every scale is 1 and no parameter is read.
  Emitter(const ir::Graph& graph, const Plan& plan, const Options& options, bool unit, Issues& issues,
          Report& report);

  void emit(ir::NodeIndex index);
  ir::Graph finish();

private:
  void emit_float(ir::NodeIndex index);
  void emit_product(const ir::Node& node);
  void emit_matmul(const ir::Node& node);
  void emit_binary(const ir::Node& node);
  void emit_keep(const ir::Node& node);
  void emit_rescale(const ir::Node& node);
  void emit_index(const ir::Node& node);

  /// The new graph's int8 or float form of an old tensor; converts it where it has the other form only.
  ir::TensorId as_int8(ir::TensorId old);
  ir::TensorId as_float(ir::TensorId old);
  /// The int8 tensor that a node is about to write.
  ir::TensorId int8_output(ir::TensorId old);
  ir::TensorId make_int8(ir::TensorId old, const ir::Shape& shape);

  ir::TensorId constant_int8(ir::TensorId old, float scale);
  [[nodiscard]] float constant_scale(ir::TensorId old) const;
  ir::TensorId scale_tensor(const std::string& owner, float scale);
  ir::TensorId zero();         ///< of feature maps
  ir::TensorId weight_zero();  ///< of weights
  /// Adds a node that makes `now`, clipped to the format's range where its elements hold more.
  void add_clipped(ir::Node node, ir::TensorId now);
  [[nodiscard]] DType element() const { return traits_of(options_.activations).element; }

  /// A product's weights with their scales, and its bias.
  struct Weights {
    ir::TensorId values, scale, bias;
  };
  Weights weights_of(const ir::Node& node);
  std::vector<float> bias_values(const ir::Node& node, std::size_t channels);
  std::vector<float> weight_scales(const ir::Node& node, const ir::Tensor& w, std::size_t axis,
                                   const std::vector<float>& bias);
  void complain(const ir::Node& node, const ir::Tensor& parameter);

  const ir::Graph& graph_;
  const Plan& plan_;
  const Options& options_;
  const bool unit_;
  Issues& issues_;
  Report& report_;
  Rewriter rewriter_;
  std::vector<ir::TensorId> int8_, float_;  // by old TensorId
  ir::TensorId zero_ = ir::kNoTensor;
  ir::TensorId weight_zero_ = ir::kNoTensor;
};

}  // namespace systole::quantise
