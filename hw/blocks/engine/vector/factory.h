// The vector engine: what the engine shell needs to be one.
#pragma once

#include "hw/blocks/engine/shell/job.h"
#include "hw/config/soc_config.h"

namespace systole::engine {

/// Makes jobs from SGB_OP_VECTOR descriptors. Errors: see vector::decode.
class VectorFactory : public JobFactory {
public:
  explicit VectorFactory(const VectorConfig& config);

  std::variant<std::unique_ptr<Job>, ErrorCode> make(const sgb_descriptor& descriptor,
                                                     bool functional) override;
  [[nodiscard]] std::uint64_t setup_cycles() const override { return config_.setup_cycles; }
  [[nodiscard]] ActionName operation_action() const override { return {"vector.op", "element"}; }

private:
  VectorConfig config_;
};

}  // namespace systole::engine
