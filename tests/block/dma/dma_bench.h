// A DMA engine in a small SoC of its own.
#pragma once

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hw/base/assert.h"
#include "hw/blocks/bus/router.h"
#include "hw/blocks/dma/dma.h"
#include "hw/blocks/dram/dram.h"
#include "hw/blocks/sram/sram.h"
#include "hw/timing/dram_simple.h"
#include "tests/block/support/stubs.h"

namespace systole::test {

inline constexpr std::uint64_t kSram = 0x2000'0000;
inline constexpr std::uint64_t kDram = 0x8000'0000;
inline constexpr std::uint64_t kMemoryBytes = 1U << 20U;

inline sgb_descriptor descriptor_of(const sgb_dma& dma, std::uint32_t node = 0) {
  sgb_descriptor descriptor{};
  descriptor.opcode = SGB_OP_DMA;
  descriptor.node = node;
  descriptor.signal_semaphore = SGB_NO_SEMAPHORE;
  descriptor.u.dma = dma;
  return descriptor;
}

/// 1 GHz. Bus 32 bytes, latency 1. SRAM of 8 banks of 32 bytes, latency 1: a write of 256 bytes takes 11
/// cycles. DRAM 100 cycles and 32 bytes per cycle: a read of 256 bytes takes 1 + 100 + 1 + 8 = 110 cycles. A
/// burst on its own takes 110 + 11 = 121 cycles. Set-up takes 16.
class DmaBench : public sc_core::sc_module {
public:
  explicit DmaBench(const sc_core::sc_module_name& name, const DmaConfig& config = DmaConfig{},
                    bool functional = true)
      : sc_module(name),
        router("router", clock_1ghz(), BusConfig{.width = Bytes{32}, .latency = 1},
               {{"sram", kSram, kMemoryBytes, true}, {"dram", kDram, kMemoryBytes}}, 2),
        sram(
            "sram", clock_1ghz(),
            SramConfig{.size = Bytes{kMemoryBytes}, .banks = 8, .width = Bytes{32}, .ports = 1, .latency = 1},
            Bytes{32}, ledger),
        dram("dram", clock_1ghz(), Bytes{kMemoryBytes},
             std::make_unique<timing::SimpleDram>(Picoseconds{100'000}, BytesPerSecond{32'000'000'000}, 1),
             ledger),
        dma("dma", clock_1ghz(), config, "dma0", 5, functional, ledger, spans) {
    dma.memory.socket.bind(memory_checker.target_socket);
    memory_checker.initiator_socket.bind(router.upstream(0));
    other.port.socket.bind(router.upstream(1));
    router.downstream(0).bind(sram.port.socket);
    router.downstream(1).bind(dram.port.socket);
    controller.port.socket.bind(command_checker.target_socket);
    command_checker.initiator_socket.bind(dma.endpoint.command_socket());
    dma.endpoint.completion_socket().bind(completion_port.socket);
    controller.body = [this] { issue(); };
  }

  Ledger ledger{4};
  SpanLog spans;
  Router router;
  Sram sram;
  Dram dram;
  Dma dma;
  StubInitiator other{"other", 9};
  tl::ProtocolChecker memory_checker{"memory_checker"};

  struct Done {
    std::uint64_t at = 0;  ///< cycle
    EngineCompletion completion;
  };
  /// Descriptors, with the cycle before which they are not sent; at most kEngineSlots are with the engine.
  std::vector<std::pair<std::uint64_t, sgb_descriptor>> commands;
  std::vector<Done> done;
  /// Called at time 0, before the first command; may be empty.
  std::function<void()> controller_start;

private:
  struct Completions : tl::Target {
    explicit Completions(DmaBench& owner) : bench(owner) {}
    tlm::tlm_response_status access(const tl::Access& access, sc_core::sc_time& /*delay*/) override {
      Done entry;
      entry.at = in_cycles(sc_core::sc_time_stamp());
      std::memcpy(&entry.completion, access.data, sizeof(entry.completion));
      bench.done.push_back(entry);
      bench.completed.notify();
      return tlm::TLM_OK_RESPONSE;
    }
    unsigned debug(bool /*write*/, std::uint64_t /*address*/, std::byte* /*data*/,
                   unsigned /*bytes*/) override {
      return 0;
    }
    DmaBench& bench;
  };

  void issue() {
    if (controller_start) controller_start();
    for (std::uint32_t i = 0; i < commands.size(); ++i) {
      const sc_core::sc_time at = cycles(commands[i].first);
      if (at > sc_core::sc_time_stamp()) sc_core::wait(at - sc_core::sc_time_stamp());
      while (i - done.size() >= kEngineSlots) sc_core::wait(completed);
      EngineCommand command;
      command.index = i;
      command.descriptor = commands[i].second;
      std::vector<std::byte> bytes(sizeof(command));
      std::memcpy(bytes.data(), &command, sizeof(command));
      const tl::Outcome outcome =
          controller.port.write(0, bytes.data(), sizeof(command), kNoNode, Stream::kMmio);
      SYSTOLE_ASSERT(outcome.error == SGB_ERROR_NONE, "the engine refused a command");
    }
  }

  StubInitiator controller{"controller", 8};
  tl::ProtocolChecker command_checker{"command_checker"};
  Completions completions{*this};
  tl::TargetPort completion_port{"completion_port", completions};
  sc_core::sc_event completed;
};

}  // namespace systole::test
