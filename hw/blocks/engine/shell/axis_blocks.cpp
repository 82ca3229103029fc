#include "hw/blocks/engine/shell/axis_blocks.h"

#include <algorithm>

#include "hw/blocks/engine/shell/access.h"

namespace systole::engine {

std::optional<AxisBlock> AxisBlocks::next() {
  if (o_ == outer_) return std::nullopt;
  AxisBlock block;
  if (inner_ == 1) {
    const std::uint32_t count = std::min(rows_, outer_ - o_);
    block = {.outer_begin = o_, .outer_end = o_ + count, .inner_begin = 0, .inner_end = 1};
    o_ += count;
    return block;
  }
  const std::uint32_t count = std::min(rows_, inner_ - i_);
  block = {.outer_begin = o_, .outer_end = o_ + 1, .inner_begin = i_, .inner_end = i_ + count};
  i_ += count;
  if (i_ == inner_) {
    i_ = 0;
    ++o_;
  }
  return block;
}

std::uint32_t rows_per_phase(std::uint32_t row_bytes, std::uint32_t lanes) {
  return std::max(lanes, kPhaseBytes / row_bytes / lanes * lanes);
}

void append_axis_block(const AxisTensor& tensor, const AxisBlock& block, Stream stream,
                       std::vector<Access>& list) {
  RunBuilder runs(list, stream, tensor.mirror);
  for_each_axis_run(tensor, block, [&](std::uint64_t offset, std::size_t /*element*/, std::size_t bytes) {
    runs.add(tensor.address + offset, static_cast<std::uint32_t>(bytes), offset);
  });
}

}  // namespace systole::engine
