#include "hw/blocks/host/host_core.h"

#include <array>
#include <cstring>
#include <span>

#include "hw/abi/memory_map.h"
#include "hw/base/assert.h"
#include "hw/blocks/host/text.h"

namespace systole {
namespace {

// Unicorn translates and runs on the thread's own stack.
constexpr std::size_t kStackBytes = 2 * 1024 * 1024;

/// Code, data and tables in memories; registers elsewhere.
Stream stream_of(std::uint32_t address) { return address >= SYS_SRAM_BASE ? Stream::kCode : Stream::kMmio; }

}  // namespace

HostCore::HostCore(const sc_core::sc_module_name& name, const HostConfig& config, std::uint16_t id,
                   Ledger& ledger)
    : sc_module(name),
      port("port", id),
      config_(config),
      clock_(config.clock),
      ledger_(ledger),
      instruction_action_(ledger.action("host.instruction", "instruction")),
      instruction_time_(clock_.period().value(), config.cpi_milli, config.quantum),
      entry_(SYS_HOST_RAM_BASE) {
  SYSTOLE_ASSERT(config.quantum > 0, "a quantum of no instructions");
  SC_HAS_PROCESS(HostCore);
  SC_THREAD(run);
  set_stack_size(kStackBytes);
}

HostCore::~HostCore() = default;

void HostCore::start_of_simulation() {
  const auto region = port.dmi(SYS_HOST_RAM_BASE);
  SYSTOLE_ASSERT(region && region->readable && region->writable && region->start == SYS_HOST_RAM_BASE,
                 "the host's RAM must grant direct access");
  cpu_ = host::make_unicorn_cpu(*this, SYS_HOST_RAM_BASE,
                                {region->data, static_cast<std::size_t>(region->end - region->start + 1)});
  cpu_->set_pc(entry_);
}

std::uint64_t HostCore::instructions() const { return cpu_ ? cpu_->executed() : 0; }

std::optional<std::string> HostCore::lockup() const {
  const std::string report = cpu_ ? cpu_->lockup_report() : "";
  return report.empty() ? std::nullopt : std::optional(report);
}

std::string HostCore::state() const {
  if (!cpu_) return "not started";
  if (const auto report = lockup()) return *report;
  return std::string(asleep_ ? "asleep in wfi" : "running") + " at pc " + host::hex(cpu_->pc()) + " after " +
         std::to_string(cpu_->executed()) + " instructions";
}

void HostCore::run() {
  while (true) {
    sample_interrupts();
    const host::RunResult result = cpu_->run(config_.quantum);
    synchronise();
    if (result.reason == host::Stop::kLockup) {
      sc_core::sc_stop();
      return;
    }
    if (result.reason == host::Stop::kWfi) sleep();
  }
}

void HostCore::sleep() {
  asleep_ = true;
  sample_interrupts();
  while (!cpu_->wake_pending()) {
    wait(external_interrupt.changed() | timer_interrupt.changed());
    sample_interrupts();
  }
  asleep_ = false;
}

void HostCore::synchronise() {
  const std::uint64_t executed = cpu_->executed();
  const std::uint64_t instructions = executed - synchronised_;
  if (instructions == 0) return;
  synchronised_ = executed;
  ledger_.add(instruction_action_, kNoNode, Stream::kCode, instructions);
  wait(sc_core::sc_time::from_value(instruction_time_.advance(instructions)));
}

void HostCore::wait_until(sc_core::sc_time time) {
  if (time > sc_core::sc_time_stamp()) wait(time - sc_core::sc_time_stamp());
  // What else happens in the instant of the response happens before the core goes on: a line falls that this
  // access has cleared, the run ends that this access has ended.
  wait(sc_core::SC_ZERO_TIME);
  sample_interrupts();
}

void HostCore::sample_interrupts() {
  cpu_->set_line(host::InterruptLine::kExternal, external_interrupt.level());
  cpu_->set_line(host::InterruptLine::kTimer, timer_interrupt.level());
}

std::optional<std::uint32_t> HostCore::load(std::uint32_t address, unsigned bytes) {
  synchronise();
  std::array<std::byte, 4> data{};
  const tl::Outcome outcome = port.read(address, data.data(), bytes, kNoNode, stream_of(address));
  wait_until(outcome.end);
  if (outcome.error != SGB_ERROR_NONE) return std::nullopt;
  std::uint32_t value = 0;
  std::memcpy(&value, data.data(), sizeof(value));
  return value;
}

bool HostCore::store(std::uint32_t address, unsigned bytes, std::uint32_t value) {
  synchronise();
  std::array<std::byte, 4> data{};
  std::memcpy(data.data(), &value, sizeof(value));
  const tl::Outcome outcome = port.write(address, data.data(), bytes, kNoNode, stream_of(address));
  wait_until(outcome.end);
  return outcome.error == SGB_ERROR_NONE;
}

std::uint64_t HostCore::cycle() {
  const std::uint64_t ahead = instruction_time_.ahead(cpu_->executed() - synchronised_);
  return clock_.cycles(sc_core::sc_time_stamp() + sc_core::sc_time::from_value(ahead)).count();
}

}  // namespace systole
