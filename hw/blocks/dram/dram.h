// External memory: storage and accounts around a timing model.
#pragma once

#include <memory>
#include <systemc>

#include "hw/base/units.h"
#include "hw/observe/ledger.h"
#include "hw/timing/dram.h"
#include "hw/tlm/memory.h"
#include "hw/tlm/target_port.h"
#include "hw/tlm/time.h"

namespace systole {

/// The timing model works in femtoseconds; what it says is brought to the next edges of `clock`. Counts the
/// bytes of accesses that succeed as "dram.read" and "dram.write". Outside of its size:
/// TLM_ADDRESS_ERROR_RESPONSE, without a copy. Refuses direct access: its time is contended.
class Dram : public sc_core::sc_module, private tl::Target {
public:
  Dram(const sc_core::sc_module_name& name, const tl::Clock& clock, Bytes size,
       std::unique_ptr<timing::DramTiming> model, Ledger& ledger);

  tl::TargetPort port;

private:
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;

  tl::Clock clock_;
  std::unique_ptr<timing::DramTiming> model_;
  tl::Memory memory_;
  Ledger& ledger_;
  ActionId read_;
  ActionId write_;
};

}  // namespace systole
