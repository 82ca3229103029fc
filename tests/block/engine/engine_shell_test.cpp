#include <gtest/gtest.h>

#include "tests/block/engine/bench.h"

namespace systole::test {
namespace {

using engine::Access;
using engine::Phase;

/// Memory of 4 KiB that answers after 10 cycles and never gets busy: times are easy to follow.
struct Bench {
  static constexpr std::uint64_t kLatency = 10;
  ScriptedFactory* script = nullptr;  ///< owned by the engine
  std::unique_ptr<EngineBench<StubTarget>> parts;

  explicit Bench(const EngineParameters& parameters = {}) {
    auto factory = std::make_unique<ScriptedFactory>();
    script = factory.get();
    parts = std::make_unique<EngineBench<StubTarget>>(std::move(factory), parameters, std::uint64_t{4096},
                                                      kLatency);
  }
  void send(std::uint64_t at, const sgb_descriptor& descriptor = matrix_descriptor()) {
    parts->commander.schedule.push_back({at, descriptor});
  }
  void run() { sc_core::sc_start(); }
  [[nodiscard]] const std::vector<Commander::Done>& done() const { return parts->commander.done; }
  [[nodiscard]] const std::vector<StubTarget::Record>& accesses() const { return parts->memory.records; }
};

Access run_of(std::uint64_t address, std::uint32_t bytes) { return {.address = address, .run_bytes = bytes}; }

TEST(EngineShell, OnePhaseTakesSetUpLoadComputeDrainAndStore) {
  Bench bench;
  bench.script->phases = {{.loads = {run_of(0, 64)},
                           .compute_cycles = 7,
                           .drain_cycles = 3,
                           .macs = 100,
                           .stores = {run_of(512, 64)}}};
  bench.send(20);
  bench.run();
  // Taken up at 20, set up until 25; load 25 .. 35; compute .. 42; drain .. 45; store 45 .. 55.
  ASSERT_EQ(bench.accesses().size(), 2U);
  EXPECT_EQ(bench.accesses()[0].at, 25U);
  EXPECT_FALSE(bench.accesses()[0].write);
  EXPECT_EQ(bench.accesses()[1].at, 45U);
  EXPECT_TRUE(bench.accesses()[1].write);
  ASSERT_EQ(bench.done().size(), 1U);
  EXPECT_EQ(bench.done()[0].at, 55U);
  EXPECT_EQ(bench.done()[0].completion.error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.done()[0].completion.index, 0U);
  EXPECT_EQ(bench.done()[0].completion.queue, 3U);
  EXPECT_EQ(bench.done()[0].completion.node, 1U);

  ASSERT_EQ(bench.parts->spans.spans().size(), 1U);
  const Span& span = bench.parts->spans.spans()[0];
  EXPECT_EQ(bench.parts->spans.resources()[span.resource], "matrix");
  EXPECT_EQ(span.node, 1U);
  EXPECT_EQ(span.start, 20U);
  EXPECT_EQ(span.end, 55U);
  EXPECT_EQ(span.compute_cycles, 7U + 3U);  // the drain included
  EXPECT_EQ(span.macs, 100U);
  EXPECT_EQ(bench.parts->ledger.node_total("matrix.busy", 1), 35U);
  EXPECT_EQ(bench.parts->ledger.node_total("matrix.command", 1), 1U);
  EXPECT_EQ(bench.parts->ledger.node_total("matrix.mac.int8", 1), 100U);
  EXPECT_EQ(bench.script->executed, 1U);
}

TEST(EngineShell, LoadsComputeAndStoresOfPhasesOverlap) {
  Bench bench;
  const Phase phase{.loads = {run_of(0, 32)}, .compute_cycles = 15, .stores = {run_of(512, 32)}};
  bench.script->phases = {phase, phase, phase, phase};
  bench.script->setup = 0;
  bench.send(0);
  bench.run();
  // Load    L0 0..10, L1 10..20, L2 25..35 (C0 frees its buffer at 25), L3 40..50 (C1 at 40)
  // Compute C0 10..25, C1 25..40, C2 40..55, C3 55..70
  // Store   25..35, 40..50, 55..65, 70..80
  std::vector<std::pair<std::uint64_t, bool>> seen;
  for (const auto& access : bench.accesses()) seen.emplace_back(access.at, access.write);
  const std::vector<std::pair<std::uint64_t, bool>> expected{
      {0, false}, {10, false}, {25, false}, {25, true}, {40, false}, {40, true}, {55, true}, {70, true}};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(bench.done().at(0).at, 80U);
}

TEST(EngineShell, LongRunsTravelInBurstsWithABoundedNumberInFlight) {
  EngineParameters parameters;
  parameters.burst = Bytes(64);
  parameters.outstanding = 2;
  Bench bench(parameters);
  bench.script->setup = 0;
  bench.script->phases = {{.loads = {run_of(32, 200)}, .compute_cycles = 1}};
  bench.send(0);
  bench.run();
  // 32..63, 64..127, 128..191, 192..231. Two in flight: the third waits for the end of the first.
  ASSERT_EQ(bench.accesses().size(), 4U);
  const std::array<std::array<std::uint64_t, 3>, 4> expected{
      {{0, 32, 32}, {1, 64, 64}, {10, 128, 64}, {11, 192, 40}}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bench.accesses()[i].at, expected[i][0]);
    EXPECT_EQ(bench.accesses()[i].address, expected[i][1]);
    EXPECT_EQ(bench.accesses()[i].bytes, expected[i][2]);
  }
  EXPECT_EQ(bench.done().at(0).at, 22U);
}

TEST(EngineShell, TheNextCommandsSetUpOverlaps) {
  Bench bench;
  bench.script->setup = 12;
  bench.script->phases = {{.loads = {run_of(0, 32)}, .compute_cycles = 5}};
  bench.send(0);
  bench.send(4);
  bench.run();
  // First: set up .. 12, load .. 22, compute .. 27. Second: its set-up is over at 24; load 27 .. 37, .. 42.
  EXPECT_EQ(bench.done().at(0).at, 27U);
  EXPECT_EQ(bench.done().at(1).at, 42U);
  EXPECT_EQ(bench.parts->spans.spans().at(1).start, 27U);
}

TEST(EngineShell, ASetUpThatDoesNotFitBesideTheCommandBeforeShows) {
  Bench bench;
  bench.script->setup = 20;
  bench.script->phases = {{.compute_cycles = 5}};
  bench.send(0);
  bench.send(1);
  bench.run();
  // First: .. 20, compute .. 25. Second: its set-up runs 20 .. 40.
  EXPECT_EQ(bench.done().at(0).at, 25U);
  EXPECT_EQ(bench.done().at(1).at, 45U);
}

TEST(EngineShell, ANopWaitsForItsTurnAndTakesNoTime) {
  Bench bench;
  bench.script->phases = {{.compute_cycles = 30}};
  sgb_descriptor nop = matrix_descriptor();
  nop.opcode = SGB_OP_NOP;
  bench.send(0);
  bench.send(10, nop);
  bench.run();
  EXPECT_EQ(bench.done().at(0).at, 35U);
  EXPECT_EQ(bench.done().at(1).at, 35U);
}

TEST(EngineShell, ALoadThatFailsEndsTheCommandAndNotTheEngine) {
  Bench bench;
  const Phase good{.loads = {run_of(0, 32)}, .compute_cycles = 50, .stores = {run_of(64, 32)}};
  std::array<std::byte, 32> buffer{};
  Phase bad{.loads = {run_of(5000, 32)}, .compute_cycles = 50};
  bad.loads[0].data = buffer.data();
  bench.script->phases = {good, bad, good};
  bench.script->setup = 0;
  bench.send(0);
  bench.run();
  // Load 0 .. 10, then the bad one 10 .. 20: the command ends there, its stores never start.
  ASSERT_EQ(bench.done().size(), 1U);
  EXPECT_EQ(bench.done()[0].completion.error, SGB_ERROR_BUS_ADDRESS);
  EXPECT_EQ(bench.done()[0].completion.address, 5000U);
  EXPECT_EQ(bench.done()[0].at, 20U);
  EXPECT_EQ(bench.accesses().size(), 2U);
}

TEST(EngineShell, AStoreThatFailsTellsItsAddressAndTheNextCommandRuns) {
  Bench bench;
  bench.script->phases = {{.loads = {run_of(0, 32)}, .compute_cycles = 1, .stores = {run_of(256, 300)}}};
  bench.script->setup = 0;
  bench.parts->memory.responses = {tlm::TLM_OK_RESPONSE, tlm::TLM_OK_RESPONSE,
                                   tlm::TLM_COMMAND_ERROR_RESPONSE};
  bench.send(0);
  bench.send(1);
  bench.run();
  ASSERT_EQ(bench.done().size(), 2U);
  // Load .. 10, compute .. 11, bursts at 256 (11) and 512 (12); the second one is refused, at 22.
  EXPECT_EQ(bench.done()[0].completion.error, SGB_ERROR_BUS_ACCESS);
  EXPECT_EQ(bench.done()[0].completion.address, 512U);
  EXPECT_EQ(bench.done()[0].at, 22U);
  EXPECT_EQ(bench.done()[1].completion.error, SGB_ERROR_NONE);
  EXPECT_EQ(bench.done()[1].at, 22U + 22U);
}

TEST(EngineShell, RefusesWhatTheFactoryRefusesAndOtherEnginesCommands) {
  Bench bench;
  bench.script->error = SGB_ERROR_BAD_FIELD;
  sgb_descriptor other = matrix_descriptor();
  other.opcode = SGB_OP_SORT;
  bench.send(0);
  bench.send(1, other);
  bench.run();
  EXPECT_EQ(bench.done().at(0).completion.error, SGB_ERROR_BAD_FIELD);
  EXPECT_EQ(bench.done().at(0).at, 5U);
  EXPECT_EQ(bench.done().at(1).completion.error, SGB_ERROR_BAD_OPCODE);
  EXPECT_TRUE(bench.accesses().empty());
}

TEST(EngineShell, WithoutFunctionNoByteMovesAndNothingIsComputed) {
  EngineParameters parameters;
  parameters.functional = false;
  Bench bench(parameters);
  bench.script->phases = {{.loads = {run_of(0, 64)}, .compute_cycles = 7, .stores = {run_of(512, 64)}}};
  bench.send(20);
  bench.run();
  EXPECT_EQ(bench.done().at(0).at, 52U);
  EXPECT_EQ(bench.script->executed, 0U);
  for (const auto& access : bench.accesses()) EXPECT_FALSE(access.moves_data);
}

}  // namespace
}  // namespace systole::test
