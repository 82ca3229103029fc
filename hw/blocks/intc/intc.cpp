#include "hw/blocks/intc/intc.h"

#include <bit>

#include "hw/abi/registers.h"
#include "hw/base/assert.h"

namespace systole {

Intc::Intc(const sc_core::sc_module_name& name, sc_core::sc_time access_time, tl::IrqLine& line)
    : sc_module(name),
      line_(line),
      registers_("registers", access_time),
      pending_(registers_, SYS_INTC_PENDING_OFFSET, tl::RegisterAccess::kReadOnly, SYS_INTC_PENDING_RESET),
      enable_(registers_, SYS_INTC_ENABLE_OFFSET, tl::RegisterAccess::kReadWrite, SYS_INTC_ENABLE_RESET),
      claim_(registers_, SYS_INTC_CLAIM_OFFSET, tl::RegisterAccess::kReadOnly, SYS_INTC_CLAIM_RESET) {
  pending_.provide([this] { return pending(); });
  claim_.provide([this] { return claim(); });
  enable_.on_write([this](std::uint32_t /*word*/, sc_core::sc_time delay) { enabled_.notify(delay); });
}

void Intc::connect(unsigned number, const tl::IrqLine& source) {
  SYSTOLE_ASSERT(number >= 1 && number < sources_.size() && sources_[number] == nullptr,
                 "an interrupt line that does not exist or is connected already");
  sources_[number] = &source;
}

void Intc::before_end_of_elaboration() {
  sc_core::sc_spawn_options options;
  options.spawn_method();
  options.dont_initialize();
  options.set_sensitivity(&enabled_);
  for (const tl::IrqLine* source : sources_) {
    if (source != nullptr) options.set_sensitivity(&source->changed());
  }
  sc_core::sc_spawn([this] { update(); }, sc_core::sc_gen_unique_name("update"), &options);
}

std::uint32_t Intc::pending() const {
  std::uint32_t bits = 0;
  for (unsigned line = 1; line < sources_.size(); ++line) {
    if (sources_[line] != nullptr && sources_[line]->level()) bits |= 1U << line;
  }
  return bits;
}

std::uint32_t Intc::claim() const {
  const std::uint32_t active = pending() & enable_.value();
  return active == 0 ? 0 : static_cast<std::uint32_t>(std::countr_zero(active));
}

}  // namespace systole
