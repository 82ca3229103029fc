// Plain memory with one user: the host core's code and data.
#pragma once

#include <systemc>

#include "hw/base/units.h"
#include "hw/tlm/memory.h"
#include "hw/tlm/target_port.h"

namespace systole {

/// Answers after `latency`, whatever the size and whoever else asks: it models no contention. Grants direct
/// access to all of it. Outside of its size: TLM_ADDRESS_ERROR_RESPONSE, without a copy.
class Ram : public sc_core::sc_module, private tl::Target {
public:
  Ram(const sc_core::sc_module_name& name, Bytes size, sc_core::sc_time latency);

  tl::TargetPort port;

private:
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;
  bool dmi(std::uint64_t address, tlm::tlm_dmi& grant) override;

  sc_core::sc_time latency_;
  tl::Memory memory_;
};

}  // namespace systole
