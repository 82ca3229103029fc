// Element-wise vector commands as a stream of tiles.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/blocks/engine/shell/job.h"
#include "hw/blocks/engine/vector/operation.h"

namespace systole::engine::vector {

/// Phases of kPhaseBytes of the widest operand. Tables, per-axis parameters, and a second operand of at most
/// kPhaseBytes come with the first phase and stay; a longer second operand streams beside the first one.
class ElementwiseJob : public Job {
public:
  ElementwiseJob(const Operation& op, std::uint32_t lanes, bool functional);
  bool next(Phase& phase) override;
  void execute() override;

private:
  [[nodiscard]] bool b_stays() const;
  void load_constants(Phase& phase);
  void load_b(Phase& phase);

  Operation op_;
  std::uint32_t lanes_;
  bool functional_;
  std::uint32_t tile_;  ///< elements of a phase
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;  ///< of the phase at hand
  std::vector<std::byte> a_;
  std::vector<std::byte> b_;
  std::vector<std::byte> table_;
  std::vector<std::byte> out_;
};

}  // namespace systole::engine::vector
