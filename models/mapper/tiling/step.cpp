#include "models/mapper/tiling/step.h"

#include <numeric>

namespace systole::mapper {

namespace {

/// From dimension `first` on.
bool is_dense(const Dims& extent, const Dims& strides, std::int64_t element_bytes, std::size_t first = 0) {
  std::int64_t expected = element_bytes;
  for (std::size_t d = extent.size(); d-- > first;) {
    if (extent[d] == 1) continue;
    if (strides[d] != expected) return false;
    expected *= extent[d];
  }
  return true;
}

}  // namespace

Region whole(const Value& value) { return {Dims(value.dims.size(), 0), value.dims}; }

bool in_place(const HwGraph& hw, const Homes& homes, const Operand& operand) {
  if (!homes.has(hw, operand.value) || operand.pack) return false;
  const Value& value = hw.value(operand.value);
  const auto size = static_cast<std::int64_t>(size_of(value.type));
  const Dims strides = sram_strides(value);
  if (operand.adjacent == kAnyStrides) return true;
  if (operand.adjacent == kDense) return is_dense(operand.region.extent, strides, size);
  if (operand.adjacent == kPlanes) return is_dense(operand.region.extent, strides, size, 1);
  const auto d = static_cast<std::size_t>(operand.adjacent);
  return operand.region.extent[d] == 1 || strides[d] == size;
}

std::int64_t staged_bytes(const HwGraph& hw, const Operand& operand) {
  return ir::elements_of(operand.region.extent) *
         static_cast<std::int64_t>(size_of(hw.value(operand.value).type));
}

Dims staged_strides(const HwGraph& hw, const Operand& operand) {
  const auto size = static_cast<std::int64_t>(size_of(hw.value(operand.value).type));
  const Dims& extent = operand.region.extent;
  if (operand.order.empty()) return dense_strides(extent, size);
  Dims strides(extent.size());
  std::int64_t stride = size;
  for (std::size_t i = operand.order.size(); i-- > 0;) {
    const auto d = static_cast<std::size_t>(operand.order[i]);
    strides[d] = stride;
    stride *= extent[d];
  }
  return strides;
}

}  // namespace systole::mapper
