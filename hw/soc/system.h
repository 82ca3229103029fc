// The SoC as a SystemC module: the only place that makes blocks and binds their sockets.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <vector>

#include "hw/abi/queues.h"
#include "hw/blocks/bus/router.h"
#include "hw/blocks/controller/graph_controller.h"
#include "hw/blocks/dma/dma.h"
#include "hw/blocks/dram/dram.h"
#include "hw/blocks/engine/shell/engine_shell.h"
#include "hw/blocks/host/elf.h"
#include "hw/blocks/host/host_core.h"
#include "hw/blocks/intc/intc.h"
#include "hw/blocks/power/power.h"
#include "hw/blocks/ram/ram.h"
#include "hw/blocks/sram/sram.h"
#include "hw/blocks/timer/timer.h"
#include "hw/blocks/uart/uart.h"
#include "hw/soc/memory_image.h"
#include "hw/soc/soc.h"
#include "hw/tlm/protocol_checker.h"

namespace systole::soc {

/// What is put into memory before reset.
struct Load {
  const MemoryLayout& layout;
  const host::ElfImage& firmware;
  const RunRequest& request;
};

class System : public sc_core::sc_module {
public:
  /// load, ledger and spans must outlive the module.
  System(const sc_core::sc_module_name& name, const Load& load, Ledger& ledger, SpanLog& spans);

  [[nodiscard]] const tl::Clock& clock() const { return clock_; }
  [[nodiscard]] const HostCore& host() const { return host_; }
  [[nodiscard]] const Power& power() const { return power_; }
  [[nodiscard]] const Uart& uart() const { return uart_; }
  [[nodiscard]] const GraphController& controller() const { return controller_; }
  /// Bytes as they stand in memory, without simulated time.
  [[nodiscard]] bool read_memory(std::uint64_t address, std::span<std::byte> bytes);

private:
  void start_of_simulation() override;
  void build_engines(const RunRequest& request, Ledger& ledger, SpanLog& spans);
  void bind_devices();
  /// The next upstream socket of the bus, with a checker before it if asked for.
  void connect(tl::InitiatorSocket& initiator);
  void connect_engine(std::size_t queue, tl::TargetSocket& commands, tl::InitiatorSocket& completions);
  void write_memory(std::uint64_t address, std::span<const std::byte> bytes);

  const Load& load_;
  tl::Clock clock_;
  std::vector<Queue> queues_;
  Ram host_ram_;
  Sram sram_;
  Dram dram_;
  HostCore host_;
  Uart uart_;
  Timer timer_;
  Power power_;
  Intc intc_;
  GraphController controller_;
  Router bus_;
  std::vector<std::unique_ptr<Dma>> dmas_;
  std::vector<std::unique_ptr<EngineShell>> engines_;
  std::vector<std::unique_ptr<tl::ProtocolChecker>> checkers_;
  bool check_protocol_;
  unsigned next_upstream_ = 0;
};

}  // namespace systole::soc
