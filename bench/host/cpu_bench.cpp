// How fast the host core executes: instructions a second by quantum, and accesses outside its RAM.
#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "hw/blocks/host/cpu.h"

namespace {

using namespace systole::host;

constexpr std::uint32_t kBase = 0x60000000;

class Nowhere : public CpuEnvironment {
public:
  std::optional<std::uint32_t> load(std::uint32_t /*address*/, unsigned /*bytes*/) override { return 0; }
  bool store(std::uint32_t /*address*/, unsigned /*bytes*/, std::uint32_t /*value*/) override { return true; }
  std::uint64_t cycle() override { return 0; }
};

void run(benchmark::State& state, const std::vector<std::uint32_t>& program, std::uint64_t quantum) {
  Nowhere environment;
  std::vector<std::byte> ram(1 << 16);
  std::memcpy(ram.data(), program.data(), program.size() * sizeof(program[0]));
  const auto cpu = make_unicorn_cpu(environment, kBase, ram);
  cpu->set_pc(kBase);
  for ([[maybe_unused]] auto iteration : state) cpu->run(quantum);
  state.SetItemsProcessed(static_cast<std::int64_t>(cpu->executed()));
}

void instructions(benchmark::State& state) {
  // lui x8, RAM behind the page of the code; then for ever: addi, lw, sw, add, j
  run(state, {0x60001437, 0x00128293, 0x40042303, 0x40642223, 0x006283b3, 0xff1ff06f},
      static_cast<std::uint64_t>(state.range(0)));
}
BENCHMARK(instructions)->Arg(1)->Arg(100)->Arg(1000)->Arg(100000);

void device_stores(benchmark::State& state) {
  // lui x8, device; then for ever: sw, j
  run(state, {0x10000437, 0x00542023, 0xffdff06f}, 1000);
}
BENCHMARK(device_stores);

void csr_reads(benchmark::State& state) {
  // for ever: csrr x5, mcycle; j
  run(state, {0xb00022f3, 0xffdff06f}, 1000);
}
BENCHMARK(csr_reads);

}  // namespace
