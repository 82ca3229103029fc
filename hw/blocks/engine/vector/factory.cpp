#include "hw/blocks/engine/vector/factory.h"

#include "hw/base/assert.h"
#include "hw/blocks/engine/vector/average_pool_job.h"
#include "hw/blocks/engine/vector/axis_job.h"
#include "hw/blocks/engine/vector/elementwise_job.h"
#include "hw/blocks/engine/vector/operation.h"
#include "hw/blocks/engine/vector/winograd_job.h"

namespace systole::engine {

VectorFactory::VectorFactory(const VectorConfig& config) : config_(config) {
  SYSTOLE_ASSERT(config.lanes > 0, "a vector engine without lanes");
}

std::variant<std::unique_ptr<Job>, ErrorCode> VectorFactory::make(const sgb_descriptor& descriptor,
                                                                  bool functional) {
  const auto decoded = vector::decode(descriptor);
  if (const auto* error = std::get_if<ErrorCode>(&decoded)) return *error;
  const auto& op = std::get<vector::Operation>(decoded);
  switch (op.form) {
    case vector::Form::kAxis:
      return std::make_unique<vector::AxisJob>(op, config_.lanes, functional);
    case vector::Form::kAveragePool:
      return std::make_unique<vector::AveragePoolJob>(op, config_.lanes, functional);
    case vector::Form::kWinogradInput:
      return std::make_unique<vector::WinogradInputJob>(op, config_.lanes, functional);
    case vector::Form::kWinogradOutput:
      return std::make_unique<vector::WinogradOutputJob>(op, config_.lanes, functional);
    case vector::Form::kElementwise:
      break;
  }
  return std::make_unique<vector::ElementwiseJob>(op, config_.lanes, functional);
}

}  // namespace systole::engine
