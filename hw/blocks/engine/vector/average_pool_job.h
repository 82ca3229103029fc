// Average pooling.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/shell/pool_rows.h"
#include "hw/blocks/engine/vector/operation.h"

namespace systole::engine::vector {

/// One phase for each row of outputs.
class AveragePoolJob : public Job {
public:
  AveragePoolJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  Operation op_;
  std::uint32_t lanes_;
  numerics::Window window_;
  std::int64_t row_ = -1;      ///< of the phase at hand
  std::vector<std::byte> in_;  ///< empty when timing only
  std::vector<std::byte> out_;
};

}  // namespace systole::engine::vector
