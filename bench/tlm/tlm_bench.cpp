// How fast the simulator runs: kernel events, transactions over the bus to SRAM, bytes through a DMA engine.
//
// SystemC elaborates once per process, so that all benchmarks share one small SoC; each iteration lets one of
// its generators do a fixed amount of work.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <systemc>
#include <utility>
#include <vector>

#include "hw/blocks/bus/router.h"
#include "hw/blocks/dma/dma.h"
#include "hw/blocks/dram/dram.h"
#include "hw/blocks/sram/sram.h"
#include "hw/timing/dram_simple.h"

namespace {

using namespace systole;

constexpr std::uint64_t kSram = 0x2000'0000;
constexpr std::uint64_t kDram = 0x8000'0000;
constexpr std::uint64_t kMemoryBytes = 1U << 20U;

/// A process that does its work once each time it is told to.
class Generator : public sc_core::sc_module {
public:
  explicit Generator(const sc_core::sc_module_name& name) : sc_module(name) {
    sc_core::sc_spawn([this] {
      while (true) {
        sc_core::wait(start_);
        work_();
      }
    });
  }
  void run(std::function<void()> work) {
    work_ = std::move(work);
    start_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
  }

private:
  std::function<void()> work_;
  sc_core::sc_event start_;
};

class Soc : public sc_core::sc_module, private tl::Target {
public:
  explicit Soc(const sc_core::sc_module_name& name) : sc_module(name) {
    initiator.socket.bind(router.upstream(0));
    dma.memory.socket.bind(router.upstream(1));
    router.downstream(0).bind(sram.port.socket);
    router.downstream(1).bind(dram.port.socket);
    controller.socket.bind(dma.endpoint.command_socket());
    dma.endpoint.completion_socket().bind(completions.socket);
  }
  void send(const sgb_dma& body) {
    EngineCommand command;
    command.descriptor.opcode = SGB_OP_DMA;
    command.descriptor.node = SGB_NO_NODE;
    command.descriptor.u.dma = body;
    std::array<std::byte, sizeof(command)> bytes;
    std::memcpy(bytes.data(), &command, sizeof(command));
    controller.write(0, bytes.data(), sizeof(command), kNoNode, Stream::kMmio);
    sc_core::wait(completed);
  }

  tl::Clock clock{Hertz(800'000'000)};
  Ledger ledger;
  SpanLog spans;
  Generator generator{"generator"};
  tl::InitiatorPort initiator{"initiator", 0};
  tl::InitiatorPort controller{"controller", 1};
  Router router{
      "router", clock, BusConfig{}, {{"sram", kSram, kMemoryBytes, true}, {"dram", kDram, kMemoryBytes}}, 2};
  Sram sram{"sram", clock, SramConfig{.size = Bytes{kMemoryBytes}}, Bytes{32}, ledger};
  Dram dram{"dram", clock, Bytes{kMemoryBytes},
            std::make_unique<timing::SimpleDram>(Picoseconds{100'000}, BytesPerSecond{25'600'000'000}, 1),
            ledger};
  Dma dma{"dma", clock, DmaConfig{}, "dma", 2, true, ledger, spans};

private:
  tlm::tlm_response_status access(const tl::Access& /*access*/, sc_core::sc_time& /*delay*/) override {
    completed.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_OK_RESPONSE;
  }
  unsigned debug(bool /*write*/, std::uint64_t /*address*/, std::byte* /*data*/,
                 unsigned /*bytes*/) override {
    return 0;
  }
  sc_core::sc_event completed;
  tl::TargetPort completions{"completions", *this};
};

Soc& soc() {
  static const auto instance = std::make_unique<Soc>("soc");
  return *instance;
}

void timed_events(benchmark::State& state) {
  constexpr int kEvents = 100'000;
  while (state.KeepRunning()) {
    soc().generator.run([] {
      for (int i = 0; i < kEvents; ++i) sc_core::wait(soc().clock.period());
    });
  }
  state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(timed_events)->Unit(benchmark::kMillisecond);

/// Reads of `range` bytes through bus and SRAM, one every ten cycles: with a wait for each (as engines do),
/// or annotated ahead of time and without (the cost of the transaction alone).
void bus_reads(benchmark::State& state, bool synchronise) {
  constexpr int kAccesses = 20'000;
  const auto bytes = static_cast<std::uint32_t>(state.range(0));
  const sc_core::sc_time step = 10 * soc().clock.period();
  std::vector<std::byte> data(bytes);
  while (state.KeepRunning()) {
    soc().generator.run([&] {
      sc_core::sc_time ahead;
      for (int i = 0; i < kAccesses; ++i) {
        const std::uint64_t address = kSram + static_cast<std::uint64_t>(i) * 256 % kMemoryBytes;
        soc().initiator.read(address, data.data(), bytes, kNoNode, Stream::kInput, ahead);
        if (synchronise) {
          sc_core::wait(step);
        } else {
          ahead += step;
        }
      }
      sc_core::wait(ahead);
    });
  }
  state.SetItemsProcessed(state.iterations() * kAccesses);
  state.SetBytesProcessed(state.iterations() * kAccesses * state.range(0));
}
BENCHMARK_CAPTURE(bus_reads, transport_only, false)->Arg(32)->Arg(256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(bus_reads, synchronised, true)->Arg(32)->Arg(256)->Unit(benchmark::kMillisecond);

/// Bytes from DRAM to SRAM.
sgb_dma copy(const std::vector<sgb_dma_dim>& dims) {
  sgb_dma body{};
  body.src = kDram;
  body.dst = kSram;
  body.rank = static_cast<std::uint8_t>(dims.size());
  body.element_bytes = 1;
  std::copy(dims.begin(), dims.end(), body.dim);
  return body;
}

/// A linear copy of 256 KiB from DRAM to SRAM.
void dma_copy(benchmark::State& state) {
  const sgb_dma body = copy({{256 * 1024, 0, 256 * 1024, 1, 1}});
  while (state.KeepRunning()) soc().generator.run([&] { soc().send(body); });
  state.SetBytesProcessed(state.iterations() * body.dim[0].extent);
}
BENCHMARK(dma_copy)->Unit(benchmark::kMillisecond);

/// 64 KiB from channels-first to channels-last, element by element.
void dma_transpose(benchmark::State& state) {
  const sgb_dma body = copy({{64, 0, 64, 1024, 1}, {1024, 0, 1024, 1, 64}});
  while (state.KeepRunning()) soc().generator.run([&] { soc().send(body); });
  state.SetBytesProcessed(state.iterations() * 64 * 1024);
}
BENCHMARK(dma_transpose)->Unit(benchmark::kMillisecond);

}  // namespace
