// What the legalising functions of all operators share: values, constants, views, complaints.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "hw/base/issues.h"
#include "models/mapper/capability.h"
#include "models/mapper/hw_graph.h"
#include "models/mapper/legalise/fuse.h"

namespace systole::mapper {

/// Position of ONNX dimension `axis` in the physical order of a tensor of this rank.
inline int physical_axis(std::size_t rank, std::int64_t axis) {
  constexpr int kChannelsLast[4] = {0, 3, 1, 2};
  return rank == 4 ? kChannelsLast[axis] : static_cast<int>(axis);
}
/// Dimensions in physical order.
Dims physical_dims(const ir::Shape& shape);
/// True if the physical order is also the ONNX order (apart from dimensions of extent 1).
bool orders_agree(const ir::Shape& shape);

class Context {
public:
  Context(const ir::Graph& network, const Capability& hardware, Issues& problems, HwGraph& result,
          bool channels_last_io);

  const ir::Graph& graph;
  const Capability& capability;
  Issues& issues;
  HwGraph& hw;
  /// Row of the node at work, for what it makes.
  std::uint32_t row = SGB_NO_NODE;

  /// Complains about a node: "NAME: OP: message".
  void complain(const ir::Node& node, const std::string& message);
  /// True if the SoC has an engine of that kind; complains otherwise.
  bool has_engine(const ir::Node& node, EngineKind kind);

  [[nodiscard]] const ir::Tensor& tensor(ir::TensorId id) const { return graph.tensor(id).value; }
  static bool has_input(const ir::Node& node, std::size_t index) {
    return index < node.inputs.size() && node.inputs[index] != ir::kNoTensor;
  }

  /// Byte strides, in physical order, of a network input or output in DRAM.
  [[nodiscard]] Dims io_strides(const ir::Tensor& tensor) const;

  /// The value of an operand; constants are brought into physical order at their first use.
  ValueId value_of(ir::TensorId id);
  /// The same, perhaps as a slice of another value, whose strides the reader must honour. (value_of() makes a
  /// dense copy of a slice.)
  ValueId operand_of(ir::TensorId id);
  /// The value that a node is about to make: a slice of a concatenation where that costs nothing.
  ValueId define(ir::TensorId id);
  /// Part of a value whose ONNX shape is `shape`: element o of dimension d is element begin[d] + o * step[d].
  ValueId slice(ValueId of, const ir::Shape& shape, const ir::Shape& begin, const ir::Shape& step,
                const ir::Shape& extent);
  /// Where operands of concatenations stand in their results.
  struct Slot {
    ir::TensorId target = ir::kNoTensor;
    std::int64_t axis = 0;
    std::int64_t begin = 0;
  };
  std::map<ir::TensorId, Slot> slots;
  /// A value between two operations of one node. shape: in ONNX order.
  ValueId temporary(const std::string& name, DType type, const ir::Shape& shape);
  ValueId constant(const std::string& name, DType type, const Dims& dims, std::vector<std::byte> data);
  /// The same memory under other dimensions. dram_strides: see Value.
  ValueId view(ValueId of, const Dims& dims, const Dims& dram_strides);
  /// The same, dense.
  ValueId view(ValueId of, const Dims& dims);

  /// Makes tensor `to` the value `from`, whose ONNX shape is `shape`, reshaped: a view where the orders
  /// allow, else copies.
  void reshape_into(ValueId from, const ir::Shape& shape, ir::TensorId to);
  /// A copy in ONNX order of a value whose physical order is another; the value itself where they agree.
  ValueId in_onnx_order(ValueId from, const ir::Shape& shape, const std::string& name);

  /// Copies a whole value of that ONNX shape.
  void copy_all(ValueId from, ValueId to, const ir::Shape& shape);

  /// Adds the operation to the node at work.
  void add(const HwOp& op);

  /// Constants of a node, as doubles. Complains if the operand is not constant or has not 1 (or `count`)
  /// elements.
  std::vector<double> constants(const ir::Node& node, std::size_t input, const char* what,
                                std::int64_t count = 1);
  double scalar(const ir::Node& node, std::size_t input, const char* what, double fallback);

  /// Flattened feature maps whose rows stand in (H, W, C) order: the extents {C, H, W}.
  std::map<ValueId, std::array<std::int64_t, 3>> flattened;

private:
  const bool channels_last_io_;
  ValueId add_value(Value value);
  void copy_reshaped(ValueId from, const ir::Shape& shape, ValueId to, const ir::Shape& to_shape);
  std::map<ir::TensorId, std::uint32_t> output_index_;  ///< network outputs
};

/// Byte strides by ONNX dimension: of the dense physical order, and as the value stands in DRAM.
Dims onnx_strides(const Value& value, const ir::Shape& shape, bool in_dram);

/// An operand of an element-wise operation whose result has shape `result`: a value with the dims of a
/// trailing part of the result's physical dims (or one element), which repeats. in_full: of all its dims.
/// Copies by DMA where the orders do not allow it otherwise.
ValueId broadcast_operand(Context& context, ValueId operand, const ir::Shape& shape, const ir::Shape& result,
                          bool in_full, const std::string& name);

/// A function of floats between the dequantisation and the quantisation of 8-bit tensors.
struct ByteFunction {
  float in_scale = 1, out_scale = 1;
  std::int32_t in_zero = 0, out_zero = 0;
  std::function<float(float)> function;
};
/// Its 256 results as a constant, by the bit pattern of the element.
ValueId make_table(Context& context, const std::string& name, DType in, DType out, const ByteFunction& f);

// One function per family of operators; each adds its operations to the context.
void legalise_conv(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_matmul(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_gemm(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_add(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_clip(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_quantize(Context& context, const ir::Node& node);
void legalise_pool(Context& context, const ir::Node& node);
void legalise_softmax(Context& context, const ir::Node& node);
void legalise_arg_max(Context& context, const ir::Node& node);
void legalise_top_k(Context& context, const ir::Node& node);
void legalise_reshape(Context& context, const ir::Node& node);
void legalise_function(Context& context, const ir::Node& node);
void legalise_byte_function(Context& context, const ir::Node& node);
void legalise_normalization(Context& context, const ir::Node& node, const Fusion& fusion);
void legalise_lrn(Context& context, const ir::Node& node);
void legalise_mean(Context& context, const ir::Node& node);
void legalise_concat(Context& context, const ir::Node& node);
void legalise_split(Context& context, const ir::Node& node);
void legalise_slice(Context& context, const ir::Node& node);
void legalise_transpose(Context& context, const ir::Node& node);
void legalise_pad(Context& context, const ir::Node& node);
void legalise_resize(Context& context, const ir::Node& node);
void legalise_quantised_gemm(Context& context, const ir::Node& node, const Fusion& fusion);

/// Finds the operands of concatenations that their producers can write straight into the result: fills
/// context.slots.
void place_concatenations(Context& context, const std::vector<ir::NodeIndex>& order);

}  // namespace systole::mapper
