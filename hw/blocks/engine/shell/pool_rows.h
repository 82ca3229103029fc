// Pooling over dense channels-last tensors, one row of outputs a phase: shared by the vector engine (average)
// and the sort engine (maximum).
#pragma once

#include <cstdint>
#include <optional>

#include "hw/blocks/engine/shell/fields.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/numerics/window.h"

namespace systole::engine {

/// Outputs x window positions of one command at most: its time stays far below the end of simulated time.
inline constexpr std::uint64_t kMaxPoolSteps = std::uint64_t{1} << 32U;

/// The window of a pooling descriptor (sgb_vector, sgb_sort), or nullopt if an extent is 0 or a product too
/// large.
template <typename Pool>
[[nodiscard]] std::optional<numerics::Window> decode_pool(const Pool& p, std::uint32_t element_bytes) {
  const auto input = product({p.in_h, p.in_w, p.channels, element_bytes}, kMaxOperandBytes);
  const auto output = product({p.out_h, p.out_w, p.channels, element_bytes}, kMaxOperandBytes);
  const auto steps = product({p.out_h, p.out_w, p.channels, p.kernel_h, p.kernel_w}, kMaxPoolSteps);
  const bool moves = p.stride_h != 0 && p.stride_w != 0 && p.dilation_h != 0 && p.dilation_w != 0;
  if (!input || !output || !steps || !moves) return std::nullopt;
  return numerics::pool_window_of(p, element_bytes);
}

/// The same window for output row `oy` only.
[[nodiscard]] numerics::Window row_window(const numerics::Window& window, std::int64_t oy);

/// Where a pooling's tensors lie, in memory and in the job's mirrors (null = timing only).
struct PoolOperands {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  std::uint32_t element_bytes = 1;
  std::byte* in_mirror = nullptr;
  std::byte* out_mirror = nullptr;
};

/// Adds the accesses of output row `oy`: every input line under its windows, from the first to the last pixel
/// that a window touches; and the row of outputs. Lines that two rows share are loaded for each.
void append_pool_row(const numerics::Window& window, std::int64_t oy, const PoolOperands& operands,
                     Phase& phase);

}  // namespace systole::engine
