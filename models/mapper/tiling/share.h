// Several engines of a kind: tiles small enough that each has its part of an operation.
#pragma once

#include "models/mapper/tiling/tile.h"

namespace systole::mapper {

/// The tile, cut further so that the operation's steps can be dealt out evenly to `engines` engines: by
/// output rows or by output channels (whole columns of the array), whichever takes fewer cycles, rows_only:
/// by rows. The tile itself if there is one engine or nothing to cut.
Tile shared_tile(const HwGraph& hw, const HwOp& op, const Homes& homes, const Tile& tile,
                 std::int64_t engines, bool rows_only, const Capability& capability);

}  // namespace systole::mapper
