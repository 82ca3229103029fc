// Tiles of element-wise, pooling and axis operations: boxes of the result.
#include <algorithm>

#include "hw/base/assert.h"
#include "hw/base/units.h"
#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

namespace {

/// Boxes of neighbouring rows share what they read.
bool is_windowed(const HwOp& op) {
  const auto* winograd = std::get_if<WinogradOp>(&op);
  return std::holds_alternative<PoolOp>(op) || (winograd != nullptr && !winograd->is_output);
}

/// Dimensions that a box may cut, in this order. A row of an axis operation and the planes of a Winograd
/// transform stay whole; a line of windows is cut last.
std::vector<std::size_t> cuttable(const HwOp& op, std::size_t rank) {
  std::vector<std::size_t> dims;
  const auto* axis = std::get_if<AxisOp>(&op);
  const bool winograd = std::holds_alternative<WinogradOp>(op);
  const bool pool = winograd || std::holds_alternative<PoolOp>(op);
  for (std::size_t d = 0; d < rank; ++d) {
    if (axis != nullptr && static_cast<int>(d) == axis->axis) continue;
    if ((winograd && d == 0) || (pool && d == 2)) continue;
    dims.push_back(d);
  }
  if (pool) dims.push_back(2);
  return dims;
}

std::int64_t staging_of(const HwGraph& hw, const HwOp& op, const Homes& homes, const Dims& extent,
                        bool several, std::int64_t copies, const Capability& capability) {
  std::int64_t bytes = 0;
  for (const Operand& operand : box_operands(hw, op, Dims(extent.size(), 0), extent, true)) {
    if (in_place(hw, homes, operand)) continue;
    const auto one =
        static_cast<std::int64_t>(round_up(static_cast<std::uint64_t>(staged_bytes(hw, operand)),
                                           static_cast<std::uint64_t>(staging_alignment(capability))));
    bytes += several ? copies * one : one;
  }
  return bytes;
}

/// Buffers up to this size are loaded and stored fast enough not to be cut further.
constexpr std::int64_t kPiece = 16 * 1024;

/// The first box that fits, halving the outermost dimension that can be cut. With ping-pong a box in large
/// buffers is cut on, so that both DMA queues bring pieces while the engine works on others; not under
/// windows, whose pieces share rows.
std::optional<BoxTile> choose_box(const HwGraph& hw, const HwOp& op, const Homes& homes, const Budget& budget,
                                  const Capability& capability, std::int64_t* least) {
  const Dims result = result_dims(hw, op);
  Dims extent = result;
  if (std::holds_alternative<PoolOp>(op)) extent[0] = 1;  // one image per command
  std::optional<BoxTile> last_resort;
  for (;;) {
    const bool several = extent != result;
    const std::int64_t bytes = staging_of(hw, op, homes, extent, several, budget.copies(), capability);
    if (least != nullptr) *least = std::min(*least, bytes);
    if (bytes <= budget.bytes) {
      const bool pieces =
          is_windowed(op) ? several || bytes <= budget.bytes / 2 : bytes <= budget.copies() * kPiece;
      const bool room = !budget.ping_pong || pieces;
      if (room && least == nullptr) return BoxTile{extent};
      if (!room) last_resort = BoxTile{extent};
    }
    const auto dims = cuttable(op, extent.size());
    const auto cut = std::find_if(dims.begin(), dims.end(), [&](std::size_t d) { return extent[d] > 1; });
    if (cut == dims.end()) return last_resort;
    extent[*cut] = (extent[*cut] + 1) / 2;
  }
}

}  // namespace

std::int64_t staging_alignment(const Capability& capability) {
  return static_cast<std::int64_t>(round_up(64, std::max<std::uint64_t>(1, capability.sram_width.count())));
}

std::optional<Tile> choose_tile(const HwGraph& hw, const HwOp& op, const Homes& homes, const Budget& budget,
                                const Capability& capability) {
  if (const auto* matrix = std::get_if<MatrixOp>(&op)) {
    auto tile = choose_matrix_tile(hw, *matrix, homes, budget, capability);
    return tile ? std::optional<Tile>(std::move(*tile)) : std::nullopt;
  }
  SYSTOLE_ASSERT(!std::holds_alternative<CopyOp>(op), "copies are not tiled here");
  const auto tile = choose_box(hw, op, homes, budget, capability, nullptr);
  return tile ? std::optional<Tile>(*tile) : std::nullopt;
}

std::int64_t least_staging(const HwGraph& hw, const HwOp& op, const Homes& homes,
                           const Capability& capability) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  const Budget one_buffer{0, false};
  if (const auto* matrix = std::get_if<MatrixOp>(&op)) {
    choose_matrix_tile(hw, *matrix, homes, one_buffer, capability, &least);
  } else {
    choose_box(hw, op, homes, one_buffer, capability, &least);
  }
  return least;
}

std::vector<Step> make_steps(const HwGraph& hw, const HwOp& op, const Tile& tile,
                             const Capability& capability) {
  if (const auto* matrix = std::get_if<MatrixOp>(&op)) {
    return matrix_steps(hw, *matrix, std::get<MatrixTile>(tile), capability);
  }
  return box_steps(hw, op, std::get<BoxTile>(tile));
}

std::string describe(const HwOp& op, const Tile& tile) {
  if (const auto* box = std::get_if<BoxTile>(&tile)) {
    std::string text;
    for (const std::int64_t extent : box->extent)
      text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return "box " + text;
  }
  const auto& matrix = std::get<MatrixOp>(op);
  const auto& cut = std::get<MatrixTile>(tile);
  const std::int64_t columns = cut.group_columns > 0 ? cut.group_columns : cut.columns;
  std::string text = "rows " + std::to_string(cut.rows) +
                     (matrix.groups > 1 && cut.group_columns == 0 ? " x groups " : " x channels ") +
                     std::to_string(columns);
  if (cut.chunks.size() > 1) text += " x K in " + std::to_string(cut.chunks.size());
  return text;
}

}  // namespace systole::mapper
