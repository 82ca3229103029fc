#include "hw/blocks/engine/matrix/array.h"

#include <algorithm>

namespace systole::engine::matrix {

timing::ArrayShape array_of(const MatrixConfig& config) {
  timing::ArrayShape array;
  array.rows = config.rows;
  array.cols = config.cols;
  array.dataflow = config.dataflow;
  switch (config.preset) {
    case MatrixPreset::kScaleSim:
      array.rules = timing::FoldRules::kScaleSim;
      return array;
    case MatrixPreset::kCamuy:
      array.rules = timing::FoldRules::kCamuy;
      return array;
    case MatrixPreset::kNone:
      break;
  }
  if (config.organisation == MatrixOrganisation::kDotProduct) {
    array.rules = timing::FoldRules::kDotProduct;
    array.dataflow = Dataflow::kOutputStationary;
    array.depth = config.depth;
  }
  array.double_buffer = config.weight_double_buffer;
  array.fold_overlap = config.fold_overlap;
  array.stationary_bandwidth = config.stationary_bandwidth;
  array.streaming_bandwidth = config.streaming_bandwidth;
  array.fifo_depth = config.fifo_depth;
  const std::uint64_t row = std::uint64_t{sum_bytes(config)} * std::max(config.cols, 1U);
  const std::uint64_t inside = std::max<std::uint64_t>(config.accumulators.count() / row, 1);
  const bool outputs = array.dataflow == Dataflow::kOutputStationary;  // their sums stand in the array
  array.spill_depth = outputs ? 0 : config.spill.count() / row;
  array.accumulator_depth = inside + array.spill_depth;
  array.accumulator_ports = config.accumulator_ports;
  return array;
}

std::uint32_t sum_bytes(const MatrixConfig& config) { return config.accumulator_bits > 32 ? 8 : 4; }

}  // namespace systole::engine::matrix
