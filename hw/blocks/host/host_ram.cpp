#include "hw/blocks/host/host_ram.h"

#include <algorithm>
#include <cstring>

#include "hw/base/units.h"

namespace systole {

HostRam::HostRam(const sc_core::sc_module_name& name, std::size_t bytes, sc_core::sc_time word_time)
    : sc_module(name), port_("port", *this), word_time_(word_time), memory_(bytes) {}

tlm::tlm_response_status HostRam::access(const tl::Access& access, sc_core::sc_time& delay) {
  delay += sc_core::sc_time::from_value(word_time_.value() * ceil_div(access.bytes, 4));
  if (!inside(access.address, access.bytes)) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (access.data != nullptr) debug(access.write, access.address, access.data, access.bytes);
  return tlm::TLM_OK_RESPONSE;
}

unsigned HostRam::debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) {
  if (!inside(address, 1)) return 0;
  const auto count = static_cast<unsigned>(std::min<std::uint64_t>(bytes, memory_.size() - address));
  std::byte* const place = &memory_[address];
  std::memcpy(write ? place : data, write ? data : place, count);
  return count;
}

bool HostRam::dmi(std::uint64_t /*address*/, tlm::tlm_dmi& grant) {
  grant.set_start_address(0);
  grant.set_end_address(memory_.size() - 1);
  grant.set_dmi_ptr(reinterpret_cast<unsigned char*>(memory_.data()));
  grant.allow_read_write();
  return true;
}

}  // namespace systole
