#include "models/mapper/tiling/share.h"

#include <algorithm>

#include "hw/base/units.h"
#include "models/mapper/tiling/matrix_cost.h"
#include "models/mapper/tiling/pack.h"

namespace systole::mapper {

namespace {

std::int64_t parts(std::int64_t total, std::int64_t size) { return (total + size - 1) / size; }

MatrixTile share(const HwGraph& hw, const MatrixOp& op, const Homes& homes, const MatrixTile& tile,
                 std::int64_t engines, bool rows_only, const Capability& capability) {
  const std::int64_t row_tiles = parts(op.out_h, tile.rows);
  const std::int64_t column_tiles = column_tile_count(op, tile);
  if (row_tiles * column_tiles * ir::elements_of(op.batch) % engines == 0) return tile;
  MatrixTile by_rows = tile;
  if (op.out_h >= engines) {
    const auto more = static_cast<std::int64_t>(
        round_up(static_cast<std::uint64_t>(row_tiles), static_cast<std::uint64_t>(engines)));
    by_rows.rows = parts(op.out_h, std::min(more, op.out_h));
    if (column_tiles == 1) by_rows.rows_inside = true;  // the weights stay
  }
  if (rows_only || tile.group_columns > 0) return by_rows;
  MatrixTile by_columns = tile;
  const std::int64_t units = op.groups > 1 ? op.groups : op.n;
  const std::uint64_t whole = op.groups > 1 ? 1 : capability.array.cols;
  const auto more = static_cast<std::int64_t>(
      round_up(static_cast<std::uint64_t>(column_tiles), static_cast<std::uint64_t>(engines)));
  const auto columns =
      static_cast<std::int64_t>(round_up(static_cast<std::uint64_t>(parts(units, more)), whole));
  by_columns.columns = std::min(tile.columns, columns);
  if (op.out_h < engines) return by_columns;
  if (column_tile_count(op, by_columns) % engines != 0) return by_rows;
  const MatrixCost cost(hw, op, homes, tile.copies, 0, capability);
  return cost.commands(by_columns) < cost.commands(by_rows) ? by_columns : by_rows;
}

BoxTile share(const HwGraph& hw, const HwOp& op, BoxTile tile, std::int64_t engines) {
  const Dims result = result_dims(hw, op);
  std::int64_t boxes = 1;
  for (std::size_t d = 0; d < result.size(); ++d) boxes *= parts(result[d], tile.extent[d]);
  if (boxes % engines == 0) return tile;
  const auto* axis = std::get_if<AxisOp>(&op);
  for (std::size_t d = 0; d < result.size(); ++d) {
    if (tile.extent[d] == 1 || (d == 0 && std::holds_alternative<WinogradOp>(op))) continue;
    if (axis != nullptr && static_cast<int>(d) == axis->axis) break;
    if (std::holds_alternative<PoolOp>(op) && d > 1) break;  // a line of windows stays whole
    if (result[d] < engines) break;
    const auto more = static_cast<std::int64_t>(round_up(
        static_cast<std::uint64_t>(parts(result[d], tile.extent[d])), static_cast<std::uint64_t>(engines)));
    tile.extent[d] = parts(result[d], std::min(more, result[d]));
    break;
  }
  return tile;
}

}  // namespace

Tile shared_tile(const HwGraph& hw, const HwOp& op, const Homes& homes, const Tile& tile,
                 std::int64_t engines, bool rows_only, const Capability& capability) {
  if (engines <= 1) return tile;
  if (const auto* matrix = std::get_if<MatrixOp>(&op)) {
    return share(hw, *matrix, homes, std::get<MatrixTile>(tile), engines, rows_only, capability);
  }
  return share(hw, op, std::get<BoxTile>(tile), engines);
}

}  // namespace systole::mapper
