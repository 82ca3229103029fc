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
  array.double_buffer = config.weight_double_buffer;
  array.fold_overlap = config.fold_overlap;
  array.stationary_bandwidth = config.stationary_bandwidth;
  array.streaming_bandwidth = config.streaming_bandwidth;
  array.fifo_depth = config.fifo_depth;
  const std::uint64_t sum_bytes = config.accumulator_bits > 32 ? 8 : 4;
  array.accumulator_depth =
      std::max<std::uint64_t>(config.accumulators.count() / sum_bytes / std::max(config.cols, 1U), 1);
  array.accumulator_ports = config.accumulator_ports;
  return array;
}

}  // namespace systole::engine::matrix
