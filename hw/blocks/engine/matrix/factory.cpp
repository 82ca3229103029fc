#include "hw/blocks/engine/matrix/factory.h"

#include <string>
#include <utility>

#include "hw/base/assert.h"
#include "hw/blocks/engine/matrix/job.h"
#include "hw/blocks/engine/matrix/operation.h"
#include "hw/blocks/engine/matrix/whole_command.h"

namespace systole::engine {

MatrixFactory::MatrixFactory(const MatrixConfig& config, std::uint64_t spill)
    : config_(config), spill_(spill) {
  SYSTOLE_ASSERT(config.rows > 0 && config.cols > 0, "an array without rows or columns");
}

std::variant<std::unique_ptr<Job>, ErrorCode> MatrixFactory::make(const sgb_descriptor& descriptor,
                                                                  bool functional) {
  const auto decoded = matrix::decode(descriptor, config_);
  if (const auto* error = std::get_if<ErrorCode>(&decoded)) return *error;
  matrix::Operation op = std::get<matrix::Operation>(decoded);
  op.spill = spill_;
  if (op.continues() && !accumulators_->can_continue(op)) return SGB_ERROR_BAD_FIELD;
  accumulators_->will_keep(op);
  std::vector<std::uint32_t> table = std::exchange(table_, {});
  if (functional) table.clear();  // the job loads it
  return std::make_unique<matrix::MatrixJob>(op, op.array, functional ? accumulators_ : nullptr,
                                             std::move(table));
}

std::unique_ptr<WholeCommand> MatrixFactory::whole(const sgb_descriptor& descriptor,
                                                   const DirectMemory& memory) {
  const auto decoded = matrix::decode(descriptor, config_);
  const auto* op = std::get_if<matrix::Operation>(&decoded);
  table_.clear();
  if (op == nullptr) return nullptr;
  auto whole = matrix::WholeProduct::make(*op, memory, accumulators_);
  if (whole != nullptr) table_ = whole->table();
  return whole;
}

ActionName MatrixFactory::mac_action() const {
  std::string formats(name_of(config_.format));
  if (!is_float(config_.format) && config_.weight_format != config_.format) {
    formats += "x" + std::string(name_of(config_.weight_format));
  }
  return {"matrix.mac." + formats, "mac"};
}

}  // namespace systole::engine
