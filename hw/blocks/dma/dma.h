// A DMA engine: executes sgb_dma descriptors.
#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

#include "hw/blocks/command/endpoint.h"
#include "hw/blocks/dma/burst_builder.h"
#include "hw/blocks/dma/schedule.h"
#include "hw/config/soc_config.h"
#include "hw/observe/ledger.h"
#include "hw/observe/spans.h"
#include "hw/tlm/initiator_port.h"
#include "hw/tlm/time.h"

namespace systole {

/// Commands run one after another: `setup_cycles` of decode and address set-up, then the transfer, whose
/// transactions are issued as dma::BurstSchedule says. With ping_pong the set-up of a command that waits
/// overlaps the transfer of the one before.
///
/// Errors of a command: SGB_ERROR_BAD_OPCODE, SGB_ERROR_BAD_FIELD (see dma::check) after its set-up;
/// SGB_ERROR_BUS_ADDRESS, SGB_ERROR_BUS_ACCESS with the address of the transaction that failed: nothing more
/// is issued, and the completion follows when all that was issued has ended. The engine goes on with the next
/// one.
///
/// Counts "dma.byte" (bytes written) and "dma.descriptor", and one span per command.
class Dma : public sc_core::sc_module {
public:
  /// resource: name of the engine in spans (queues.h). functional: false moves no data, in the same time.
  Dma(const sc_core::sc_module_name& name, const tl::Clock& clock, const DmaConfig& config,
      const std::string& resource, std::uint16_t initiator_id, bool functional, Ledger& ledger,
      SpanLog& spans);

  CommandEndpoint endpoint;
  tl::InitiatorPort memory;  ///< bind to the bus

private:
  struct Slot {
    dma::Burst burst;
    std::vector<std::byte> data;
    std::size_t next_read = 0;
    std::size_t next_write = 0;
  };
  struct Result {
    std::uint64_t end = 0;  ///< cycle
    std::uint32_t error = SGB_ERROR_NONE;
    std::uint64_t address = 0;
  };

  void run();
  /// Runs the command whose turn it is; returns the cycle of its end, at which it stands.
  std::uint64_t execute(const EngineCommand& command, std::uint64_t start, std::uint64_t begin);
  /// Moves everything from cycle `begin` on.
  Result transfer(const sgb_descriptor& descriptor, std::uint64_t begin);
  [[nodiscard]] std::uint32_t read_piece(dma::BurstSchedule& schedule, const sgb_descriptor& descriptor,
                                         Result& result);
  [[nodiscard]] std::uint32_t write_piece(dma::BurstSchedule& schedule, const sgb_descriptor& descriptor,
                                          Result& result);
  void wait_until(std::uint64_t cycle);

  tl::Clock clock_;
  DmaConfig config_;
  bool functional_;
  Ledger& ledger_;
  SpanLog& spans_;
  std::uint32_t resource_;
  ActionId byte_;
  ActionId descriptor_;
  std::vector<Slot> slots_;
};

}  // namespace systole
