#include "hw/blocks/engine/sort/factory.h"

#include <bit>

#include "hw/base/assert.h"
#include "hw/blocks/engine/sort/axis_job.h"
#include "hw/blocks/engine/sort/max_pool_job.h"
#include "hw/blocks/engine/sort/operation.h"

namespace systole::engine {

SortFactory::SortFactory(const SortConfig& config) : config_(config) {
  SYSTOLE_ASSERT(std::has_single_bit(config.lanes), "the lanes of a sort engine are a power of two");
}

std::variant<std::unique_ptr<Job>, ErrorCode> SortFactory::make(const sgb_descriptor& descriptor,
                                                                bool functional) {
  const auto decoded = sort::decode(descriptor);
  if (const auto* error = std::get_if<ErrorCode>(&decoded)) return *error;
  const auto& op = std::get<sort::Operation>(decoded);
  if (op.is_pool()) return std::make_unique<sort::MaxPoolJob>(op, config_.lanes, functional);
  return std::make_unique<sort::AxisJob>(op, config_.lanes, functional);
}

}  // namespace systole::engine
