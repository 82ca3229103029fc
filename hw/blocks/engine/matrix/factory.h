// The matrix engine: what the engine shell needs to be one.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "hw/blocks/engine/matrix/accumulators.h"
#include "hw/blocks/engine/shell/job.h"
#include "hw/config/soc_config.h"

namespace systole::engine {

/// Makes jobs from SGB_OP_MATRIX descriptors. Holds the accumulators, which commands with SGB_MATRIX_KEEP and
/// _CONTINUE pass on to one another. Errors: see matrix::decode; _BAD_FIELD also for a CONTINUE of another
/// shape or type than what the command before kept.
class MatrixFactory : public JobFactory {
public:
  /// spill: where config.spill bytes of the scratchpad are this engine's own.
  explicit MatrixFactory(const MatrixConfig& config, std::uint64_t spill = 0);

  std::variant<std::unique_ptr<Job>, ErrorCode> make(const sgb_descriptor& descriptor,
                                                     bool functional) override;
  [[nodiscard]] std::unique_ptr<WholeCommand> whole(const sgb_descriptor& descriptor,
                                                    const DirectMemory& memory) override;
  [[nodiscard]] std::uint64_t setup_cycles() const override { return config_.setup_cycles; }
  [[nodiscard]] ActionName mac_action() const override;
  [[nodiscard]] std::pair<ActionName, ActionName> move_actions() const override {
    return {{"matrix.move.inter_pe", "move"}, {"matrix.move.intra_pe", "move"}};
  }

private:
  MatrixConfig config_;
  std::uint64_t spill_;
  std::shared_ptr<matrix::Accumulators> accumulators_ = std::make_shared<matrix::Accumulators>();
  /// What whole() has seen of a command's table of k: for the job that make() makes next, which then carries
  /// no data. Runs without data spread the k evenly.
  std::vector<std::uint32_t> table_;
};

}  // namespace systole::engine
