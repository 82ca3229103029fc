#include "hw/blocks/engine/shell/pool_rows.h"

#include <algorithm>

#include "hw/blocks/engine/shell/access.h"

namespace systole::engine {

numerics::Window row_window(const numerics::Window& window, std::int64_t oy) {
  numerics::Window row = window;
  row.out_h = 1;
  row.pad_top = static_cast<std::int32_t>(-window.first_row(oy));
  return row;
}

void append_pool_row(const numerics::Window& window, std::int64_t oy, const PoolOperands& operands,
                     Phase& phase) {
  const numerics::KernelRange lines =
      numerics::kernel_range(window.first_row(oy), window.kernel_h, window.dilation_h, 0, window.in_h);
  const std::int64_t reach = (std::int64_t{window.kernel_w} - 1) * window.dilation_w + 1;
  const std::int64_t x_begin = std::clamp<std::int64_t>(window.first_column(0), 0, window.in_w);
  const std::int64_t x_end =
      std::clamp<std::int64_t>(window.first_column(window.out_w - 1) + reach, 0, window.in_w);
  if (x_begin < x_end) {
    RunBuilder loads(phase.loads, Stream::kInput, operands.in_mirror);
    for (std::int64_t ky = lines.begin; ky < lines.end; ++ky) {
      const std::int64_t y = window.first_row(oy) + ky * window.dilation_h;
      const auto offset = static_cast<std::uint64_t>(y * window.row_stride + x_begin * window.pixel_stride);
      loads.add(operands.in + offset, static_cast<std::uint32_t>((x_end - x_begin) * window.pixel_stride),
                offset);
    }
  }
  const std::uint64_t row_bytes = static_cast<std::uint64_t>(window.out_w) *
                                  static_cast<std::uint64_t>(window.channels) * operands.element_bytes;
  const std::uint64_t offset = row_bytes * static_cast<std::uint64_t>(oy);
  RunBuilder(phase.stores, Stream::kOutput, operands.out_mirror)
      .add(operands.out + offset, static_cast<std::uint32_t>(row_bytes), offset);
}

}  // namespace systole::engine
