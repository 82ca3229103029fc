#include "models/mapper/legalise/context.h"

#include <algorithm>
#include <cstring>

namespace systole::mapper {

namespace {

/// The elements of a constant in physical order.
std::vector<std::byte> in_physical_order(const ir::Tensor& tensor) {
  const auto bytes = tensor.data.bytes();
  const std::vector<std::byte>& source = *bytes;
  if (orders_agree(tensor.shape)) return source;
  const std::size_t size = size_of(tensor.type);
  const auto channels = static_cast<std::size_t>(tensor.shape[1]);
  const auto pixels = static_cast<std::size_t>(tensor.shape[2] * tensor.shape[3]);
  std::vector<std::byte> out(source.size());
  for (std::size_t n = 0; n < static_cast<std::size_t>(tensor.shape[0]); ++n) {
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t p = 0; p < pixels; ++p) {
        std::memcpy(out.data() + ((n * pixels + p) * channels + c) * size,
                    source.data() + ((n * channels + c) * pixels + p) * size, size);
      }
    }
  }
  return out;
}

}  // namespace

Dims physical_dims(const ir::Shape& shape) {
  if (shape.size() != 4) return shape;
  return {shape[0], shape[2], shape[3], shape[1]};
}

bool orders_agree(const ir::Shape& shape) {
  return shape.size() != 4 || shape[1] == 1 || shape[2] * shape[3] == 1;
}

Dims onnx_strides(const Value& value, const ir::Shape& shape, bool in_dram) {
  const Dims physical = in_dram ? value.dram_strides : sram_strides(value);
  Dims strides(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    strides[d] =
        physical[static_cast<std::size_t>(physical_axis(shape.size(), static_cast<std::int64_t>(d)))];
  }
  return strides;
}

Context::Context(const ir::Graph& network, const Capability& hardware, Issues& problems, HwGraph& result,
                 bool channels_last_io)
    : graph(network),
      capability(hardware),
      issues(problems),
      hw(result),
      channels_last_io_(channels_last_io) {
  hw.value_of_tensor.assign(graph.tensor_count(), kNoValue);
  for (std::uint32_t i = 0; i < graph.outputs().size(); ++i) output_index_.try_emplace(graph.outputs()[i], i);
  for (std::uint32_t i = 0; i < graph.inputs().size(); ++i) {
    const ir::Tensor& input = tensor(graph.inputs()[i]);
    Value value;
    value.name = input.name;
    value.kind = ValueKind::kInput;
    value.type = input.type;
    value.dims = physical_dims(input.shape);
    value.io_index = i;
    value.dram_strides = io_strides(input);
    hw.inputs.push_back(add_value(std::move(value)));
    hw.value_of_tensor[graph.inputs()[i]] = hw.inputs.back();
  }
}

Dims Context::io_strides(const ir::Tensor& tensor) const {
  const auto size = static_cast<std::int64_t>(size_of(tensor.type));
  return channels_last_io_ ? dense_strides(physical_dims(tensor.shape), size)
                           : physical_dims(dense_strides(tensor.shape, size));
}

void Context::complain(const ir::Node& node, const std::string& message) {
  issues.add(node.name, std::string(ir::name_of(node.op)) + ": " + message);
}

bool Context::has_engine(const ir::Node& node, EngineKind kind) {
  if (capability.engines[static_cast<std::size_t>(kind)] > 0) return true;
  const std::string name(name_of(kind));
  complain(node, "needs the " + name + " engine, which this SoC has not: set soc.engines." + name +
                     ".count to at least 1");
  return false;
}

void Context::add(const HwOp& op) {
  HwNode& node = hw.nodes.emplace_back();
  node.row = row;
  node.op = op;
}

ValueId Context::add_value(Value value) {
  const auto id = static_cast<ValueId>(hw.values.size());
  if (value.root == kNoValue) value.root = id;
  if (value.dram_strides.empty()) {
    value.dram_strides = dense_strides(value.dims, static_cast<std::int64_t>(size_of(value.type)));
  }
  value.row = row;
  hw.values.push_back(std::move(value));
  return id;
}

ValueId Context::value_of(ir::TensorId id) {
  const ValueId found = operand_of(id);
  if (hw.value(found).sram_strides.empty()) return found;
  const ir::Tensor& source = tensor(id);
  const ValueId dense = temporary(source.name + " (dense)", source.type, source.shape);
  copy_all(found, dense, source.shape);
  // A slice of a result under way keeps its name: its writer may not have run.
  return dense;
}

void Context::copy_all(ValueId from, ValueId to, const ir::Shape& shape) {
  CopyOp copy;
  copy.src = from;
  copy.dst = to;
  copy.extent = shape;
  copy.src_dense = onnx_strides(hw.value(from), shape, false);
  copy.src_dram = onnx_strides(hw.value(from), shape, true);
  copy.dst_dense = onnx_strides(hw.value(to), shape, false);
  copy.dst_dram = onnx_strides(hw.value(to), shape, true);
  add(copy);
}

ValueId Context::slice(ValueId of, const ir::Shape& shape, const ir::Shape& begin, const ir::Shape& step,
                       const ir::Shape& extent) {
  Value value = hw.value(of);
  const Dims sram = onnx_strides(value, shape, false);
  const Dims dram = onnx_strides(value, shape, true);
  Dims sram_by_dim(shape.size());
  Dims dram_by_dim(shape.size());
  for (std::size_t d = 0; d < shape.size(); ++d) {
    value.sram_offset += begin[d] * sram[d];
    value.dram_offset += begin[d] * dram[d];
    sram_by_dim[d] = step[d] * sram[d];
    dram_by_dim[d] = step[d] * dram[d];
  }
  value.data.clear();
  value.dims = physical_dims(extent);
  value.sram_strides = physical_dims(sram_by_dim);
  value.dram_strides = physical_dims(dram_by_dim);
  return add_value(std::move(value));
}

ValueId Context::operand_of(ir::TensorId id) {
  ValueId& known = hw.value_of_tensor[id];
  if (known == kNoValue) {
    const ir::Tensor& source = tensor(id);
    std::vector<std::byte> data(source.bytes());
    if (graph.tensor(id).is_constant()) data = in_physical_order(source);
    known = constant(source.name, source.type, physical_dims(source.shape), std::move(data));
  }
  return known;
}

ValueId Context::define(ir::TensorId id) {
  const ir::Tensor& source = tensor(id);
  if (hw.value_of_tensor[id] != kNoValue) return hw.value_of_tensor[id];  // as the target of a slice
  if (const auto found = slots.find(id); found != slots.end()) {
    const Slot slot = found->second;
    const ValueId target = define(slot.target);
    ir::Shape begin(source.shape.size(), 0);
    begin[static_cast<std::size_t>(slot.axis)] = slot.begin;
    const ValueId part =
        slice(target, tensor(slot.target).shape, begin, ir::Shape(begin.size(), 1), source.shape);
    hw.values[part].name = source.name;
    return hw.value_of_tensor[id] = part;
  }
  Value value;
  value.name = source.name;
  value.type = source.type;
  value.dims = physical_dims(source.shape);
  if (const auto output = output_index_.find(id); output != output_index_.end()) {
    value.kind = ValueKind::kOutput;
    value.io_index = output->second;
    value.dram_strides = io_strides(source);
  }
  return hw.value_of_tensor[id] = add_value(std::move(value));
}

ValueId Context::temporary(const std::string& name, DType type, const ir::Shape& shape) {
  Value value;
  value.name = name;
  value.type = type;
  value.dims = physical_dims(shape);
  return add_value(std::move(value));
}

ValueId Context::constant(const std::string& name, DType type, const Dims& dims,
                          std::vector<std::byte> data) {
  Value value;
  value.name = name;
  value.kind = ValueKind::kConstant;
  value.type = type;
  value.dims = dims;
  value.data = std::move(data);
  return add_value(std::move(value));
}

ValueId Context::view(ValueId of, const Dims& dims, const Dims& dram_strides) {
  Value value;
  value.name = hw.value(of).name;
  value.kind = hw.value(of).kind;
  value.type = hw.value(of).type;
  value.io_index = hw.value(of).io_index;
  value.dims = dims;
  value.dram_strides = dram_strides;
  value.root = hw.value(of).root;
  return add_value(std::move(value));
}

ValueId Context::view(ValueId of, const Dims& dims) {
  return view(of, dims, dense_strides(dims, static_cast<std::int64_t>(size_of(hw.value(of).type))));
}

void Context::copy_reshaped(ValueId from, const ir::Shape& shape, ValueId to, const ir::Shape& to_shape) {
  const Value& source = hw.value(from);
  const Value& target = hw.value(to);
  CopyOp copy;
  copy.src = from;
  copy.dst = to;
  // One of the two stands in ONNX order: walk the dimensions of the other.
  if (orders_agree(to_shape)) {
    copy.extent = shape;
    copy.src_dense = onnx_strides(source, shape, false);
    copy.src_dram = onnx_strides(source, shape, true);
    copy.dst_dense = copy.dst_dram = dense_strides(shape, static_cast<std::int64_t>(size_of(target.type)));
  } else {
    copy.extent = to_shape;
    copy.src_dense = copy.src_dram = dense_strides(to_shape, static_cast<std::int64_t>(size_of(source.type)));
    copy.dst_dense = onnx_strides(target, to_shape, false);
    copy.dst_dram = onnx_strides(target, to_shape, true);
  }
  add(copy);
}

ValueId Context::in_onnx_order(ValueId from, const ir::Shape& shape, const std::string& name) {
  if (orders_agree(shape)) return from;
  const ir::Shape flat{ir::elements_of(shape)};
  const ValueId to = temporary(name, hw.value(from).type, flat);
  copy_reshaped(from, shape, to, flat);
  return to;
}

void Context::reshape_into(ValueId from, const ir::Shape& shape, ir::TensorId to) {
  const ir::Tensor& target = tensor(to);
  const bool same_shape = shape == target.shape;
  if (same_shape || (orders_agree(shape) && orders_agree(target.shape))) {
    Value& root = hw.values[hw.value(from).root];
    const auto output = output_index_.find(to);
    if (output == output_index_.end()) {
      hw.value_of_tensor[to] = same_shape ? view(from, hw.value(from).dims, hw.value(from).dram_strides)
                                          : view(from, physical_dims(target.shape));
      return;
    }
    // The producer writes straight to the network output, unless it is an input or an output of its own, or
    // others have parts of it.
    const bool whole_root = std::all_of(hw.values.begin(), hw.values.end(), [&](const Value& value) {
      return value.root != hw.value(from).root || value.sram_strides.empty();
    });
    if (root.kind == ValueKind::kActivation && whole_root) {
      const Dims strides = io_strides(target);
      for (Value& value : hw.values) {
        if (value.root != hw.value(from).root) continue;
        value.kind = ValueKind::kOutput;
        value.io_index = output->second;
        if (same_shape && !orders_agree(shape)) value.dram_strides = strides;
      }
      hw.value_of_tensor[to] = view(from, physical_dims(target.shape), strides);
      return;
    }
    const ValueId made = define(to);
    CopyOp copy;
    copy.src = from;
    copy.dst = made;
    if (same_shape) {
      copy.extent = shape;
      copy.src_dense = onnx_strides(hw.value(from), shape, false);
      copy.src_dram = onnx_strides(hw.value(from), shape, true);
      copy.dst_dense = onnx_strides(hw.value(made), shape, false);
      copy.dst_dram = onnx_strides(hw.value(made), shape, true);
    } else {
      const auto size = static_cast<std::int64_t>(size_of(target.type));
      copy.extent = {target.elements()};
      copy.src_dense = copy.src_dram = copy.dst_dense = copy.dst_dram = {size};
    }
    add(copy);
    return;
  }
  ValueId source = from;
  ir::Shape source_shape = shape;
  if (!orders_agree(shape) && !orders_agree(target.shape)) {
    source = in_onnx_order(from, shape, target.name + " (ONNX order)");
    source_shape = {ir::elements_of(shape)};
  }
  const ValueId made = define(to);
  copy_reshaped(source, source_shape, made, target.shape);
}

std::vector<double> Context::constants(const ir::Node& node, std::size_t input, const char* what,
                                       std::int64_t count) {
  if (!has_input(node, input)) {
    complain(node, std::string(what) + " is missing");
    return std::vector<double>(1, 1.0);
  }
  std::vector<double> values = constant_values(graph, node.inputs[input]);
  if (values.empty()) {
    complain(node, std::string(what) + " (" + tensor(node.inputs[input]).name +
                       ") must be a constant of the network: the descriptor holds its value");
    return std::vector<double>(1, 1.0);
  }
  if (values.size() != 1 && static_cast<std::int64_t>(values.size()) != count) {
    complain(node, std::string(what) + " has " + std::to_string(values.size()) + " elements; 1" +
                       (count == 1 ? "" : " or " + std::to_string(count)) + " possible");
    return std::vector<double>(1, 1.0);
  }
  return values;
}

double Context::scalar(const ir::Node& node, std::size_t input, const char* what, double fallback) {
  return has_input(node, input) ? constants(node, input, what)[0] : fallback;
}

}  // namespace systole::mapper
