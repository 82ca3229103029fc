#include "hw/blocks/ram/ram.h"

namespace systole {

Ram::Ram(const sc_core::sc_module_name& name, Bytes size, sc_core::sc_time latency)
    : sc_module(name), port("port", *this), latency_(latency), memory_(size) {}

tlm::tlm_response_status Ram::access(const tl::Access& access, sc_core::sc_time& delay) {
  delay += latency_;
  if (!memory_.holds(access.address, access.bytes)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (access.data != nullptr) memory_.copy(access.write, access.address, access.data, access.bytes);
  return tlm::TLM_OK_RESPONSE;
}

unsigned Ram::debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) {
  if (!memory_.holds(address, bytes)) return 0;
  memory_.copy(write, address, data, bytes);
  return bytes;
}

bool Ram::dmi(std::uint64_t address, tlm::tlm_dmi& grant) {
  if (!memory_.holds(address, 1)) return false;
  grant.set_start_address(0);
  grant.set_end_address(memory_.size() - 1);
  grant.set_dmi_ptr(reinterpret_cast<unsigned char*>(memory_.data()));
  grant.allow_read_write();
  return true;
}

}  // namespace systole
