// A small SoC around the host core: bus, devices, the core's RAM, a stub DRAM, and a graph controller that is
// only its registers. Everything runs at 1 GHz, so that a cycle is a nanosecond.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <systemc>
#include <vector>

#include "hw/abi/memory_map.h"
#include "hw/abi/registers.h"
#include "hw/base/assert.h"
#include "hw/blocks/bus/router.h"
#include "hw/blocks/host/elf.h"
#include "hw/blocks/host/host_core.h"
#include "hw/blocks/intc/intc.h"
#include "hw/blocks/power/power.h"
#include "hw/blocks/ram/ram.h"
#include "hw/blocks/timer/timer.h"
#include "hw/blocks/uart/uart.h"
#include "tests/block/support/stubs.h"

namespace systole::test {

/// The graph controller's registers. A doorbell calls `execute`; after the cycles that it returns the graph
/// has ended, with the state that it has left in `error`.
class StubController : public sc_core::sc_module {
public:
  explicit StubController(const sc_core::sc_module_name& name) : sc_module(name) {
    doorbell.on_write([this](std::uint32_t, sc_core::sc_time delay) {
      const std::uint64_t busy = execute ? execute(base_lo.value(), count.value()) : 1;
      cycles_lo.set(static_cast<std::uint32_t>(busy));
      status.set(SYS_CONTROLLER_STATUS_BUSY_MASK);
      end_.notify(delay + cycles(busy));
    });
    irq_pending.on_write([this](std::uint32_t, sc_core::sc_time) { line.set(irq_pending.value() != 0); });
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&end_);
    sc_core::sc_spawn([this] { end(); }, "end", &options);
  }

  struct Error {
    std::uint32_t code = 0, node = 0, descriptor = 0, address = 0;
  };
  Error error;
  /// Base and count of the graph; returns how many cycles it takes (> 0).
  std::function<std::uint64_t(std::uint32_t base, std::uint32_t count)> execute;
  tl::IrqLine line{"line"};
  std::uint64_t graphs = 0;

  tl::RegisterFile file{"registers", cycles(1)};

private:
  using Access = tl::RegisterAccess;
  void end() {
    ++graphs;
    status.set(error.code == 0 ? SYS_CONTROLLER_STATUS_DONE_MASK : SYS_CONTROLLER_STATUS_ERROR_MASK);
    error_code.set(error.code);
    error_node.set(error.node);
    error_descriptor.set(error.descriptor);
    error_address_lo.set(error.address);
    irq_pending.set(1);
    line.set(irq_enable.value() != 0);
  }
  sc_core::sc_event end_;
  tl::Register base_lo{file, SYS_CONTROLLER_BASE_LO_OFFSET, Access::kReadWrite, 0};
  tl::Register base_hi{file, SYS_CONTROLLER_BASE_HI_OFFSET, Access::kReadWrite, 0};
  tl::Register count{file, SYS_CONTROLLER_COUNT_OFFSET, Access::kReadWrite, 0};
  tl::Register doorbell{file, SYS_CONTROLLER_DOORBELL_OFFSET, Access::kWriteOnly, 0};
  tl::Register status{file, SYS_CONTROLLER_STATUS_OFFSET, Access::kReadOnly, 0};
  tl::Register error_code{file, SYS_CONTROLLER_ERROR_CODE_OFFSET, Access::kReadOnly, 0};
  tl::Register error_node{file, SYS_CONTROLLER_ERROR_NODE_OFFSET, Access::kReadOnly, 0};
  tl::Register error_descriptor{file, SYS_CONTROLLER_ERROR_DESCRIPTOR_OFFSET, Access::kReadOnly, 0};
  tl::Register error_address_lo{file, SYS_CONTROLLER_ERROR_ADDRESS_LO_OFFSET, Access::kReadOnly, 0};
  tl::Register error_address_hi{file, SYS_CONTROLLER_ERROR_ADDRESS_HI_OFFSET, Access::kReadOnly, 0};
  tl::Register irq_enable{file, SYS_CONTROLLER_IRQ_ENABLE_OFFSET, Access::kReadWrite, 0};
  tl::Register irq_pending{file, SYS_CONTROLLER_IRQ_PENDING_OFFSET, Access::kWriteOneToClear, 0};
  tl::Register cycles_lo{file, SYS_CONTROLLER_CYCLES_LO_OFFSET, Access::kReadOnly, 0};
  tl::Register cycles_hi{file, SYS_CONTROLLER_CYCLES_HI_OFFSET, Access::kReadOnly, 0};
  tl::Register queues{file, SYS_CONTROLLER_QUEUES_OFFSET, Access::kReadOnly, 4};
};

class HostBench : public sc_core::sc_module {
public:
  static constexpr std::uint64_t kDramBytes = 1 << 20;
  /// The stub DRAM answers after so many cycles.
  static constexpr std::uint64_t kDramLatency = 10;

  explicit HostBench(const HostConfig& config)
      : sc_module(sc_core::sc_module_name("bench")), core("core", config, 1, ledger) {
    core.port.socket.bind(bus.upstream(0));
    bus.downstream(0).bind(uart.socket());
    bus.downstream(1).bind(intc.socket());
    bus.downstream(2).bind(timer.socket());
    bus.downstream(3).bind(power.socket());
    bus.downstream(4).bind(controller.file.socket());
    bus.downstream(5).bind(ram.port.socket);
    bus.downstream(6).bind(dram.port.socket);
    intc.connect(SYS_IRQ_CONTROLLER, controller.line);
  }
  /// Machine code at the start of RAM.
  void program(const std::vector<std::uint32_t>& words) {
    const auto bytes = std::as_bytes(std::span(words));
    contents_.push_back({SYS_HOST_RAM_BASE, {bytes.begin(), bytes.end()}});
  }
  /// A firmware of the build, by name.
  void load(const std::string& name) {
    std::ifstream stream(SYSTOLE_BINARY_DIR "/firmware/" + name + ".elf", std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(stream), {}};
    const auto file = std::as_bytes(std::span(text));
    Issues issues;
    const auto image = host::read_elf(file, {SYS_HOST_RAM_BASE, SYS_HOST_RAM_SIZE}, name, issues);
    SYSTOLE_ASSERT(image, issues.empty() ? name : to_string(issues.list().front()));
    for (const host::ElfSegment& segment : image->segments) {
      contents_.push_back({segment.address, {segment.bytes.begin(), segment.bytes.end()}});
    }
    core.set_entry(image->entry);
  }

  static std::vector<Region> regions() {
    return {{"uart", SYS_UART_BASE, SYS_UART_SIZE},
            {"intc", SYS_INTC_BASE, SYS_INTC_SIZE},
            {"timer", SYS_TIMER_BASE, SYS_TIMER_SIZE},
            {"power", SYS_POWER_BASE, SYS_POWER_SIZE},
            {"controller", SYS_CONTROLLER_BASE, SYS_CONTROLLER_SIZE},
            {"host_ram", SYS_HOST_RAM_BASE, SYS_HOST_RAM_SIZE},
            {"dram", SYS_DRAM_BASE, kDramBytes}};
  }

  Ledger ledger;
  HostCore core;
  Router bus{"bus", clock_1ghz(), BusConfig{}, regions(), 1};
  Uart uart{"uart", cycles(1)};
  Intc intc{"intc", cycles(1), core.external_interrupt};
  Timer timer{"timer", clock_1ghz(), cycles(1), core.timer_interrupt};
  Power power{"power", cycles(1)};
  StubController controller{"controller"};
  Ram ram{"ram", Bytes(SYS_HOST_RAM_SIZE), cycles(1)};
  StubTarget dram{"dram", kDramBytes, kDramLatency};

private:
  struct Content {
    std::uint32_t address;
    std::vector<std::byte> bytes;
  };
  void start_of_simulation() override {
    for (const Content& content : contents_) {
      SYSTOLE_ASSERT(core.port.debug_write(content.address, content.bytes), "outside of the RAM");
    }
  }
  std::vector<Content> contents_;
};

/// 1 GHz, two cycles per instruction.
inline HostConfig host_config(std::uint32_t quantum = 1000) {
  return {.clock = Hertz(1'000'000'000), .cpi_milli = 2000, .quantum = quantum};
}

}  // namespace systole::test
