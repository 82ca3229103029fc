// Pruning: weights of least magnitude become zero, in patterns that the hardware can leave out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/ir/graph.h"

namespace systole::compress {

struct PruneOptions {
  /// Share of the rows of a layer's weights as a K x N matrix (the columns of its im2col matrix) that stay.
  double columns = 1;
  /// Of every m successive weights of a column at most n stay; m = 0: all.
  std::uint8_t structured_n = 0, structured_m = 0;
  [[nodiscard]] bool any() const { return columns < 1 || structured_m != 0; }
};

/// What became of one layer.
struct PrunedLayer {
  std::string name;
  std::int64_t rows = 0;     ///< K
  std::int64_t kept = 0;     ///< rows that stay
  std::int64_t weights = 0;  ///< K x N
  std::int64_t left = 0;     ///< weights that are not zero afterwards
};

/// Prunes the constant weights of convolutions and matrix products, in place: first whole rows, ordered by
/// (ky, kx, c), those with the least L2 norm over all output channels (of equals the later one), so that
/// ceil(columns x K) stay; then, of the rows that stay, all but the n largest magnitudes (of equals the
/// earlier one) of every m successive ones, for every output channel on its own. Integers count from their
/// zero point, which is what a pruned one becomes, and in the scale of their channel. Weights that were made
/// on demand stand in memory afterwards. Left alone: grouped convolutions, convolutions of fewer than 8
/// channels (a network's first layer), products with stacks of matrices, weights that several nodes read, and
/// what is no constant.
std::vector<PrunedLayer> prune(ir::Graph& graph, const PruneOptions& options);

}  // namespace systole::compress
