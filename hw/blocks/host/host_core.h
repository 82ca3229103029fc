// The host core in simulated time: a Cpu that runs ahead by a quantum, sleeps in wfi, and synchronises before
// every access outside its RAM.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <systemc>

#include "hw/blocks/host/cpu.h"
#include "hw/blocks/host/instruction_time.h"
#include "hw/config/soc_config.h"
#include "hw/observe/ledger.h"
#include "hw/tlm/initiator_port.h"
#include "hw/tlm/irq_line.h"
#include "hw/tlm/time.h"

namespace systole {

class HostCore : public sc_core::sc_module, private host::CpuEnvironment {
public:
  /// id: of its transactions. ledger: gets "host.instruction" (node: none, stream: code); must outlive it.
  HostCore(const sc_core::sc_module_name& name, const HostConfig& config, std::uint16_t id, Ledger& ledger);
  ~HostCore() override;

  /// Everything outside its RAM. The RAM (region host_ram of the memory map) is reached by direct access,
  /// which the target there must grant.
  tl::InitiatorPort port;
  /// Interrupt inputs: the interrupt controller and the timer set them.
  tl::IrqLine external_interrupt{"external_interrupt"};
  tl::IrqLine timer_interrupt{"timer_interrupt"};

  /// Before the simulation starts: where execution begins.
  void set_entry(std::uint32_t pc) { entry_ = pc; }

  /// Instructions since reset.
  [[nodiscard]] std::uint64_t instructions() const;
  /// Set when a trap found no handler: the core has stopped the simulation (sc_stop), and this says why.
  [[nodiscard]] std::optional<std::string> lockup() const;
  /// What the core is doing, in one line, for the report of a run that does not end.
  [[nodiscard]] std::string state() const;

private:
  void start_of_simulation() override;
  void run();
  void sleep();
  /// Lets simulated time catch up with the instructions executed.
  void synchronise();
  void wait_until(sc_core::sc_time time);
  void sample_interrupts();

  std::optional<std::uint32_t> load(std::uint32_t address, unsigned bytes) override;
  bool store(std::uint32_t address, unsigned bytes, std::uint32_t value) override;
  std::uint64_t cycle() override;

  HostConfig config_;
  tl::Clock clock_;
  Ledger& ledger_;
  ActionId instruction_action_;
  host::InstructionTime instruction_time_;
  std::unique_ptr<host::Cpu> cpu_;
  std::uint32_t entry_ = 0;
  std::uint64_t synchronised_ = 0;  ///< instructions whose time has passed
  bool asleep_ = false;
};

}  // namespace systole
