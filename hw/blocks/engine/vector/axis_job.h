// Softmax, local response normalisation and means over an axis.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/shell/axis_blocks.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/vector/operation.h"

namespace systole::engine::vector {

/// Phases of whole rows, a multiple of the lanes where there are so many.
class AxisJob : public Job {
public:
  AxisJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  [[nodiscard]] AxisTensor input();
  [[nodiscard]] AxisTensor output();

  Operation op_;
  std::uint32_t lanes_;
  AxisBlocks blocks_;
  AxisBlock block_;
  std::vector<std::byte> in_;  ///< empty when timing only, as out_ is
  std::vector<std::byte> out_;
};

}  // namespace systole::engine::vector
