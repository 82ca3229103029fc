// The on-chip scratchpad: banked, multi-ported, shared by engines and DMA.
#pragma once

#include <systemc>

#include "hw/config/soc_config.h"
#include "hw/observe/ledger.h"
#include "hw/timing/banked_port.h"
#include "hw/tlm/memory.h"
#include "hw/tlm/sram_lane.h"
#include "hw/tlm/target_port.h"
#include "hw/tlm/time.h"

namespace systole {

/// A burst's beats are served by its banks as timing::BankedPort says; its data leave (or are in place)
/// `latency` cycles after their beats. Counts the bytes of accesses that succeed as "sram.read" and
/// "sram.write". Outside of its size: TLM_ADDRESS_ERROR_RESPONSE, without a copy. Refuses direct access: its
/// time is contended.
class Sram : public sc_core::sc_module, private tl::Target {
public:
  /// bus_width: of the way to the SRAM; a burst uses at most bus_width / width banks in one cycle.
  Sram(const sc_core::sc_module_name& name, const tl::Clock& clock, const SramConfig& config, Bytes bus_width,
       Ledger& ledger);

  tl::TargetPort port;
  [[nodiscard]] const timing::BankedPort& banks() const { return banks_; }
  /// The direct way of an initiator whose bus link has these channels; base: where the scratchpad's region
  /// begins.
  [[nodiscard]] tl::SramLane lane(timing::BankedPort& read_channel, timing::BankedPort& write_channel,
                                  timing::Ticks bus_latency, std::uint64_t base);

private:
  tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& delay) override;
  unsigned debug(bool write, std::uint64_t address, std::byte* data, unsigned bytes) override;

  tl::Clock clock_;
  timing::Ticks latency_;
  timing::BankedPort banks_;
  tl::Memory memory_;
  Ledger& ledger_;
  ActionId read_;
  ActionId write_;
};

}  // namespace systole
