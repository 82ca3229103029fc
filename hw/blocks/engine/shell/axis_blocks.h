// Work over the axis of a dense (outer, axis, inner) tensor, some rows at a time: shared by softmax, arg-max,
// top-k and sorting. A row is the `axis` elements of one (outer, inner).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "hw/base/assert.h"
#include "hw/blocks/engine/shell/job.h"

namespace systole::engine {

/// Rows (o, i) with outer_begin <= o < outer_end and inner_begin <= i < inner_end.
struct AxisBlock {
  std::uint32_t outer_begin = 0, outer_end = 0;
  std::uint32_t inner_begin = 0, inner_end = 0;
  [[nodiscard]] std::size_t outer() const { return outer_end - outer_begin; }
  [[nodiscard]] std::size_t inner() const { return inner_end - inner_begin; }
  [[nodiscard]] std::size_t rows() const { return outer() * inner(); }
};

/// Cuts all rows into blocks of at most `rows` (> 0) of them: several outer indices where inner is 1, else
/// within one outer index.
class AxisBlocks {
public:
  AxisBlocks(std::uint32_t outer, std::uint32_t inner, std::uint32_t rows)
      : outer_(outer), inner_(inner), rows_(rows) {}
  std::optional<AxisBlock> next();

private:
  std::uint32_t outer_;
  std::uint32_t inner_;
  std::uint32_t rows_;
  std::uint32_t o_ = 0;
  std::uint32_t i_ = 0;
};

/// Bytes of one operand stream that a phase takes in, where the shape leaves the choice.
inline constexpr std::uint32_t kPhaseBytes = 4096;

/// Rows of a phase: a multiple of `lanes` (a lane works on a row) that takes in kPhaseBytes, at least
/// `lanes`.
[[nodiscard]] std::uint32_t rows_per_phase(std::uint32_t row_bytes, std::uint32_t lanes);

/// A tensor in memory, and its mirror of the same layout (null = timing only).
struct AxisTensor {
  std::uint64_t address = 0;
  std::uint32_t axis = 1;
  std::uint32_t inner = 1;
  std::uint32_t element_bytes = 1;
  std::byte* mirror = nullptr;

  /// Offset in bytes of element (o, a, i).
  [[nodiscard]] std::uint64_t offset(std::uint64_t o, std::uint64_t a, std::uint64_t i) const {
    return ((o * axis + a) * inner + i) * element_bytes;
  }
};

/// Adds a block's runs to a list.
void append_axis_block(const AxisTensor& tensor, const AxisBlock& block, Stream stream,
                       std::vector<Access>& list);

/// Calls f(byte offset in the mirror, element index in a dense (outer, axis, inner) copy of the block, bytes)
/// for each run of elements of the block.
template <typename F>
void for_each_axis_run(const AxisTensor& tensor, const AxisBlock& block, F&& f) {
  std::size_t element = 0;
  for (std::uint64_t o = block.outer_begin; o < block.outer_end; ++o) {
    for (std::uint64_t a = 0; a < tensor.axis; ++a) {
      f(tensor.offset(o, a, block.inner_begin), element, block.inner() * tensor.element_bytes);
      element += block.inner();
    }
  }
}

/// A dense copy of the block, and its way back.
template <typename T>
std::vector<T> gather(const AxisTensor& tensor, const AxisBlock& block) {
  SYSTOLE_ASSERT(tensor.mirror != nullptr, "arithmetic without data");
  std::vector<T> dense(block.rows() * tensor.axis);
  for_each_axis_run(tensor, block, [&](std::uint64_t offset, std::size_t element, std::size_t bytes) {
    std::memcpy(dense.data() + element, tensor.mirror + offset, bytes);
  });
  return dense;
}
template <typename T>
void scatter(const std::vector<T>& dense, const AxisTensor& tensor, const AxisBlock& block) {
  SYSTOLE_ASSERT(tensor.mirror != nullptr, "arithmetic without data");
  for_each_axis_run(tensor, block, [&](std::uint64_t offset, std::size_t element, std::size_t bytes) {
    std::memcpy(tensor.mirror + offset, dense.data() + element, bytes);
  });
}

}  // namespace systole::engine
