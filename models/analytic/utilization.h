// How well a systolic array is used by a network, by the closed form of the array's timing alone: operands
// are where they are needed, and commands follow one another without a gap. docs/utilization.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/base/losses.h"
#include "hw/base/units.h"
#include "hw/timing/systolic/folds.h"
#include "models/ir/products.h"

namespace systole::analytic {

struct ArrayModel {
  timing::ArrayShape shape;
  /// As many neighbouring groups of a convolution as takes the fewest cycles are one block-diagonal product,
  /// as the mapper has it; false: one product after the other.
  bool join_groups = true;
};

/// useful + losses.total() = rows * cols * cycles.
struct Usage {
  std::uint64_t cycles = 0;
  std::uint64_t macs = 0;    ///< of the network
  std::uint64_t useful = 0;  ///< cycles that processing elements worked on them
  Losses losses;             ///< cycles of processing elements; the gaps of joined groups are edges
};

struct ProductUsage : Usage {
  std::uint64_t joined = 1;  ///< groups in one block-diagonal product
};

struct NetworkUsage : Usage {
  double layer_mean = 0;  ///< of the products' utilizations, each counted once
};

/// Useful cycles over all cycles of processing elements, 0 to 1: where a multiply-accumulate takes one cycle,
/// MACs / (rows * cols * cycles).
double utilization(const timing::ArrayShape& array, const Usage& usage);

/// All dimensions of the product >= 1.
ProductUsage usage_of(const ArrayModel& array, const ir::MatrixProduct& product);

/// Sums over the products, one after the other. There must be one at least.
NetworkUsage usage_of(const ArrayModel& array, std::span<const ir::MatrixProduct> products);

/// Operations per second of an array whose every processing element multiplies and adds without a pause.
double peak_operations(const timing::ArrayShape& array, Hertz clock);

}  // namespace systole::analytic
