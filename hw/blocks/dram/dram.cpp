#include "hw/blocks/dram/dram.h"

#include <algorithm>
#include <utility>

#include "hw/base/assert.h"

namespace systole {

Dram::Dram(const sc_core::sc_module_name& name, const tl::Clock& clock, Bytes size,
           std::unique_ptr<timing::DramTiming> model, Ledger& ledger)
    : sc_module(name),
      port("port", *this),
      clock_(clock),
      model_(std::move(model)),
      memory_(size),
      ledger_(ledger),
      read_(ledger.action("dram.read", "byte")),
      write_(ledger.action("dram.write", "byte")) {
  SYSTOLE_ASSERT(model_ != nullptr, "a DRAM without a timing model");
}

tlm::tlm_response_status Dram::access(const tl::Access& access, sc_core::sc_time& delay) {
  if (!memory_.holds(access.address, access.bytes)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const timing::Ticks arrival = (now + access.meta.head).value();  // the kernel's unit is the femtosecond
  const timing::Beats beats = model_->issue(arrival, access.address, access.bytes, access.write);
  access.meta.head = clock_.next_edge(sc_core::sc_time::from_value(beats.first)) - now;
  access.meta.tail =
      std::max(access.meta.tail, clock_.next_edge(sc_core::sc_time::from_value(beats.end)) - now);
  delay = access.meta.tail;
  ledger_.add(access.write ? write_ : read_, access.meta.node, access.meta.stream, access.bytes);
  if (access.data != nullptr) memory_.copy(access.write, access.address, access.data, access.bytes);
  return tlm::TLM_OK_RESPONSE;
}

unsigned Dram::debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) {
  if (!memory_.holds(address, bytes)) return 0;
  memory_.copy(write, address, data, bytes);
  return bytes;
}

}  // namespace systole
